using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIResponses;

namespace Ccr.Tests.Protocols.Responses;

public class ResponsesStreamDecoderTests
{
    private const string Created = """{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[],"usage":null}}""";
    private const string Completed = """{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[],"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2}}}}""";

    [Fact]
    public void Text_streams_once_although_it_comes_three_times_P155()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","content":[]}}""",
            """{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hel\n"}""",
            """{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"lo"}""",
            """{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hel\nlo w"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hel\nlo world"}]}}""",
            """{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hel\nlo world"}]}]}}""");
        Assert.Equal("Hel\nlo world", sink.Text);
        Assert.Equal(StopReason.EndTurn, sink.Stop);
    }

    [Fact]
    public void P6_arguments_only_in_the_closing_event()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"get","arguments":""}}""",
            """{"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"a\":1}"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"get","arguments":"{\"a\":1}"}}""",
            Completed);
        Assert.Equal(("call_1", "get", """{"a":1}"""), Assert.Single(sink.Calls));
        Assert.Equal(StopReason.ToolUse, sink.Stop);
        Assert.Equal(new TokenCounts(10, 4, 0, 5, 2), sink.Counts);
    }

    [Fact]
    public void P19_P115_one_thinking_block_per_item_with_the_envelope_of_the_closing_event()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_0","type":"reasoning","summary":[],"encrypted_content":"early"}}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"One"}""",
            """{"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"One"}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Two"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"One"},{"type":"summary_text","text":"Two"}],"encrypted_content":"late"}}""",
            Completed);
        Assert.Equal(["thinking"], sink.Blocks);
        Assert.Equal("One\n\nTwo", sink.Reasoning);
        var envelope = ReasoningEnvelope.Open(Encoding.UTF8.GetBytes(Assert.Single(sink.Signatures)))!;
        Assert.Equal(("rs_1", Dialect.OpenAIResponses), (envelope.ItemId, envelope.Origin));

        // Of several parts, so that it is kept whole (P114).
        Assert.Equal("late", System.Text.Json.JsonDocument.Parse(envelope.Data).RootElement.GetProperty("encrypted_content").GetString());
        Assert.True(envelope.IsFor(Dialect.OpenAIResponses, "test", "m"));
        Assert.False(envelope.IsFor(Dialect.OpenAIResponses, "other", "m"));
    }

    [Fact]
    public void P18_reasoning_without_words_eats_no_call()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"x"}}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{}"}}""",
            Completed);
        Assert.Equal(["redacted", "tool"], sink.Blocks);
    }

    [Fact]
    public void Interleaved_items_come_in_order()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"a","type":"reasoning","summary":[]}}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"id":"b","type":"message","content":[]}}""",
            """{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"text"}""",
            """{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"thought"}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"id":"b","type":"message","content":[{"type":"output_text","text":"text!"}]}}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"a","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"thought"}]}}""",
            Completed);
        Assert.Equal(["thinking", "text"], sink.Blocks);
        Assert.Equal(("thought", "text!"), (sink.Reasoning, sink.Text));
    }

    [Fact]
    public void A_custom_tool_becomes_a_call_with_one_string()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"ctc_1","type":"custom_tool_call","call_id":"c","name":"patch","input":""}}""",
            """{"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"*** \"a\"\n"}""",
            """{"type":"response.custom_tool_call_input.done","output_index":0,"input":"*** \"a\"\n\\end"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"ctc_1","type":"custom_tool_call","call_id":"c","name":"patch","input":"*** \"a\"\n\\end"}}""",
            Completed);
        Assert.Equal("""{"input":"*** \"a\"\n\\end"}""", sink.Calls[0].Arguments);
    }

    [Fact]
    public void P134_the_leaked_wrapper_of_parallel_calls_is_taken_apart()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"parallel","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"tool_uses\":[{\"recipient_name\":\"functions.a\",\"parameters\":{\"x\":1}},"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"parallel","arguments":"{\"tool_uses\":[{\"recipient_name\":\"functions.a\",\"parameters\":{\"x\":1}},{\"recipient_name\":\"b\",\"parameters\":{}}]}"}}""",
            Completed);
        Assert.Equal([("a", """{"x":1}"""), ("b", "{}")], sink.Calls.Select(c => (c.Name, c.Arguments)));
        Assert.NotEqual(sink.Calls[0].Id, sink.Calls[1].Id);
    }

    [Fact]
    public void P132_a_namespace_is_part_of_the_name()
    {
        var sink = Play(Created, """{"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"say","namespace":"mcp__echo","arguments":"{}"}}""", Completed);
        Assert.Equal("mcp__echo__say", sink.Calls[0].Name);
    }

    [Fact]
    public void P113_ids_that_change_from_event_to_event_do_not_matter()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"x1","type":"message","content":[]}}""",
            """{"type":"response.output_text.delta","item_id":"x2","output_index":0,"content_index":0,"delta":"hi"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"x3","type":"message","content":[{"type":"output_text","text":"hi"}]}}""",
            """{"type":"response.completed","response":{"id":"other","status":"completed","output":[{"id":"x4","type":"message","content":[{"type":"output_text","text":"hi"}]}]}}""");
        Assert.Equal("hi", sink.Text);
    }

    [Fact]
    public void P151_items_that_only_the_last_event_has_and_a_last_event_without_any()
    {
        var only = Play(Created, """{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[{"id":"m","type":"message","content":[{"type":"output_text","text":"late"}]},{"id":"f","type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}}""");
        Assert.Equal(("late", 1), (only.Text, only.Calls.Count));
        var none = Play(Created, """{"type":"response.output_item.done","output_index":0,"item":{"id":"m","type":"message","content":[{"type":"output_text","text":"early"}]}}""", """{"type":"response.completed","response":{"id":"resp_1"}}""");
        Assert.Equal(("early", StopReason.EndTurn), (none.Text, none.Stop));
    }

    [Fact]
    public void P150_a_limit_is_no_end_and_a_cut_call_stays_cut()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"a\":"}""",
            """{"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}}""");
        Assert.Equal(StopReason.MaxTokens, sink.Stop);
        Assert.Equal("{\"a\":", sink.Calls[0].Arguments);
        Assert.Equal(StopReason.Refusal, Play(Created, """{"type":"response.incomplete","response":{"incomplete_details":{"reason":"content_filter"}}}""").Stop);
    }

    [Fact]
    public void A_refusal_is_text_and_the_reason()
    {
        var sink = Play(Created, """{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"No"}""", """{"type":"response.refusal.done","output_index":0,"content_index":0,"refusal":"No."}""", Completed);
        Assert.Equal(("No.", StopReason.Refusal), (sink.Text, sink.Stop));
    }

    [Fact]
    public void Failures_are_errors_in_every_form_P173_P176()
    {
        var failed = Play(Created, """{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"rate_limit_exceeded","message":"Rate limit reached. Please try again in 1.5s."}}}""").Failure!;
        Assert.Equal((ErrorKind.RateLimited, TimeSpan.FromSeconds(1.5)), (failed.Kind, failed.RetryAfter));
        Assert.Equal(ErrorKind.Quota, Play(Created, """{"type":"error","code":"insufficient_quota","message":"no money","param":null}""").Failure!.Kind);
        Assert.Equal(ErrorKind.ContextTooLong, Play(Created, """{"type":"error","error":{"code":"context_length_exceeded","message":"too long"}}""").Failure!.Kind);
        Assert.Equal(ErrorKind.InvalidRequest, Whole("""{"error":{"code":"invalid_prompt","message":"bad"}}""").Failure!.Kind);
        Assert.Equal(StopReason.PauseTurn, Whole("""{"id":"r","status":"in_progress","output":[]}""").Stop);
        Assert.NotNull(Whole("[]").Failure);
        Assert.NotNull(Play(Created, "{ nonsense").Failure);
        Assert.Equal("stream_cut", Play(Created).Failure!.Code);
        Assert.Equal("stream_cut", Play(Created, """{"type":"response.output_text.delta","output_index":0,"delta":"half"}""", "[DONE]").Failure!.Code);
    }

    [Fact]
    public void Unknown_events_are_signs_of_life_and_nothing_follows_the_end_P189()
    {
        var sink = Play(Created, """{"type":"response.new_thing","x":{}}""", """{"type":"keepalive"}""", Completed, """{"type":"response.output_text.delta","output_index":0,"delta":"late"}""", "[DONE]");
        Assert.Equal("", sink.Text);
        Assert.NotNull(sink.Stop);
    }

    [Fact]
    public void Searches_and_sources()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"id":"ws_1","type":"web_search_call","status":"in_progress"}}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"id":"ws_1","type":"web_search_call","action":{"type":"search","query":"tea","sources":[{"type":"url","url":"http://a"}]}}}""",
            """{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"Tea."}""",
            """{"type":"response.output_text.annotation.added","output_index":1,"content_index":0,"annotation":{"type":"url_citation","url":"http://a","title":"A"}}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"id":"m","type":"message","content":[{"type":"output_text","text":"Tea.","annotations":[{"type":"url_citation","url":"http://a","title":"A"}]}]}}""",
            Completed);
        Assert.Equal((ServerToolKind.WebSearch, "tea"), Assert.Single(sink.ServerTools));
        Assert.Equal(("http://a", "A"), Assert.Single(sink.Citations));
        Assert.Equal(1, sink.Counts.WebSearches);
    }

    [Fact]
    public void Ids_used_twice_and_ids_no_one_else_takes()
    {
        var sink = Play(
            Created,
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"functions.Bash:0","name":"f","arguments":"{}"}}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"functions.Bash:0","name":"f","arguments":"{}"}}""",
            Completed);
        Assert.Equal(2, sink.Calls.Select(c => c.Id).Distinct().Count());
    }

    [Fact]
    public void Calls_without_a_name_are_an_error_P16() =>
        Assert.Equal("tool_call_without_name", Play(Created, """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{}"}""", Completed).Failure!.Code);

    [Fact]
    public void The_wait_for_a_text_delta_allocates_nothing()
    {
        var sink = new NullSink();
        using var decoder = new ResponsesStreamDecoder(sink, "test", "m");
        var delta = Encoding.UTF8.GetBytes("data: {\"type\":\"response.output_text.delta\",\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"delta\":\"word \",\"sequence_number\":7}\n\n");
        for (var i = 0; i < 50; i++)
        {
            decoder.Feed(delta);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++)
        {
            decoder.Feed(delta);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static MessageReducer Play(params string[] events)
    {
        var sink = new MessageReducer();
        using var decoder = new ResponsesStreamDecoder(sink, "test", "m");
        foreach (var e in events)
        {
            decoder.Feed(Encoding.UTF8.GetBytes($"data: {e}\n\n"));
        }

        decoder.Complete();
        return sink;
    }

    private static MessageReducer Whole(string json)
    {
        var sink = new MessageReducer();
        using var decoder = new ResponsesStreamDecoder(sink, "test", "m");
        decoder.DecodeWhole(Encoding.UTF8.GetBytes(json));
        return sink;
    }
}
