using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIChat;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>What clients of Chat Completions get. Numbers in names are those of the list of known translator bugs.</summary>
public class ChatStreamEncoderTests
{
    [Fact]
    public void The_bytes_of_a_plain_answer()
    {
        var output = new ArrayBufferWriter<byte>();
        Play(new ChatStreamEncoder(output, "chatcmpl-1", "m", 7, true), Hello);
        const string Head = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":[";
        Assert.Equal(
            Head + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
            + Head + "{\"index\":0,\"delta\":{\"content\":\"He\"},\"finish_reason\":null}]}\n\n"
            + Head + "{\"index\":0,\"delta\":{\"content\":\"llo\\n\"},\"finish_reason\":null}]}\n\n"
            + Head + "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + Head + "],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13,\"prompt_tokens_details\":{\"cached_tokens\":4,\"cache_write_tokens\":2},\"completion_tokens_details\":{\"reasoning_tokens\":1}}}\n\n"
            + "data: [DONE]\n\n",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void P022_a_call_without_arguments_gets_an_empty_object_in_the_stream_and_whole()
    {
        static void Answer(IMessageSink sink)
        {
            sink.Start(default);
            sink.BeginToolUse("a"u8, "f"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        }

        Assert.Equal([("a", "function", "f", "{}")], Stream(Answer).Calls);
        var message = Whole(Answer).GetProperty("message");
        Assert.Equal("{}", message.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("content").ValueKind);
    }

    [Fact]
    public void P021_P038_calls_are_counted_from_0_whatever_came_before_and_begin_without_arguments()
    {
        var stream = Stream(sink =>
        {
            sink.Start(default);
            sink.BeginThinking();
            sink.Thinking("hm"u8);
            sink.EndBlock();
            sink.BeginText();
            sink.Text("x"u8);
            sink.EndBlock();
            sink.BeginToolUse("a"u8, "f"u8);
            sink.ToolInput("{\\\"x\\\":"u8);
            sink.ToolInput("1}"u8);
            sink.EndBlock();
            sink.BeginToolUse("b"u8, "g"u8);
            sink.ToolInput("{}"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        });
        Assert.Equal([("a", "function", "f", "{\"x\":1}"), ("b", "function", "g", "{}")], stream.Calls);
        Assert.Equal(("x", "hm", "tool_calls"), (stream.Text.ToString(), stream.Reasoning.ToString(), stream.Finish));
    }

    [Theory]
    [InlineData(StopReason.EndTurn, false, "stop")]
    [InlineData(StopReason.StopSequence, false, "stop")]
    [InlineData(StopReason.PauseTurn, false, "stop")]
    [InlineData(StopReason.ToolUse, false, "stop")]
    [InlineData(StopReason.ToolUse, true, "tool_calls")]
    [InlineData(StopReason.EndTurn, true, "tool_calls")]
    [InlineData(StopReason.MaxTokens, true, "length")]
    [InlineData(StopReason.ContextWindowExceeded, false, "length")]
    [InlineData(StopReason.Refusal, false, "content_filter")]
    public void P030_P138_P201_the_finish_reason_is_one_of_the_known_four(StopReason reason, bool withCall, string expected)
    {
        void Answer(IMessageSink sink)
        {
            sink.Start(default);
            if (withCall)
            {
                sink.BeginToolUse("a"u8, "f"u8);
                sink.EndBlock();
            }

            sink.End(reason, default);
        }

        Assert.Equal(expected, Stream(Answer).Finish);
        Assert.Equal(expected, Whole(Answer).GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void P194_P198_an_empty_answer_has_a_role_and_an_empty_text()
    {
        static void Answer(IMessageSink sink)
        {
            sink.Start(default);
            sink.End(StopReason.StopSequence, "x"u8);
        }

        Assert.Equal("", Stream(Answer).Text.ToString());
        Assert.Equal("", Whole(Answer).GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public void Without_being_asked_there_is_no_usage_chunk()
    {
        var output = new ArrayBufferWriter<byte>();
        Play(new ChatStreamEncoder(output, "c", "m", 1, false), Hello);
        Assert.Null(ChatStreamChecker.Check(output.WrittenSpan, includeUsage: false).Usage);
    }

    [Fact]
    public void An_error_ends_the_stream_without_done_and_leaves_a_whole_answer_empty()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new ChatStreamEncoder(output, "c", "m", 1, true);
        encoder.KeepAlive();
        encoder.Start(default);
        encoder.Alive();
        encoder.BeginText();
        encoder.Text("x"u8);
        encoder.Error(new(ErrorKind.Overloaded, 503, "busy"));
        var stream = ChatStreamChecker.Check(output.WrittenSpan);
        Assert.Equal("busy", stream.Error!.Value.GetProperty("message").GetString());
        Assert.Equal(2, stream.Comments);

        output = new();
        var whole = new ChatCompletionEncoder(output, "c", "m", 1);
        whole.Start(default);
        whole.Error(new(ErrorKind.Overloaded, 503, "busy"));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Signatures_travel_sealed_and_come_back_bare_in_their_places()
    {
        var foreign = new ReasoningEnvelope { Origin = Dialect.Gemini, Provider = "g", Model = "m", Data = "z", BelongsToNext = true }.Seal();
        void Answer(IMessageSink sink)
        {
            sink.Start(default);
            sink.BeginThinking();
            sink.Thinking("hm \\\"x\\\""u8);
            sink.Signature("EqQB+/=="u8);
            sink.EndBlock();
            sink.RedactedThinking("data=="u8);
            sink.BeginText();
            sink.Text("t"u8);
            sink.EndBlock();
            sink.BeginToolUse("a"u8, "f"u8);
            sink.EndBlock();
            sink.RedactedThinking(foreign);
            sink.BeginToolUse("b"u8, "f"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        }

        var stream = Stream(Answer);
        Assert.Equal([0, 1, 2], stream.Details.Select(d => d.GetProperty("index").GetInt32()));
        Assert.DoesNotContain("EqQB", stream.Details[0].GetRawText(), StringComparison.Ordinal);
        Assert.False(stream.Details[0].TryGetProperty("text", out _));
        var message = Whole(Answer).GetProperty("message");
        Assert.Equal("hm \"x\"", message.GetProperty("reasoning_details")[0].GetProperty("text").GetString());

        // The client sends back what it got, of the stream as of the whole answer.
        string[] sent =
        [
            $$"""{"role":"assistant","content":"t","reasoning_content":{{JsonSerializer.Serialize(stream.Reasoning.ToString())}},"reasoning_details":[{{string.Join(',', stream.Details.Select(d => d.GetRawText()))}}],"tool_calls":{{message.GetProperty("tool_calls").GetRawText()}}}""",
            message.GetRawText(),
        ];
        foreach (var turn in sent)
        {
            var request = ChatRequestDecoder.Decode(Encoding.UTF8.GetBytes($$"""{"messages":[{{turn}}]}"""));
            Assert.Equal(
                $"Assistant thinking hm \"x\" EqQB+/==\nAssistant redacted data==\nAssistant text t\nAssistant call a f {{}}\nAssistant redacted {Encoding.UTF8.GetString(foreign)}\nAssistant call b f {{}}\n",
                ConversationGenerator.Describe(request, thinking: true).ReplaceLineEndings("\n"));
        }
    }

    [Fact]
    public void Sources_become_annotations_over_the_text_they_belong_to()
    {
        static void Answer(IMessageSink sink)
        {
            sink.Start(default);
            sink.BeginText();
            sink.Text("\\ud83d\\ude00é\\n"u8);
            sink.EndBlock();
            sink.ServerTool(new() { Kind = ServerToolKind.WebSearch, EscapedQuery = "q"u8 });
            sink.BeginText();
            sink.Text("abc😀"u8);
            sink.Citation(new() { Url = "https://example.com"u8, Title = "T"u8 });
            sink.EndBlock();
            sink.End(StopReason.EndTurn, default);
        }

        foreach (var annotation in new[] { Assert.Single(Stream(Answer).Annotations), Whole(Answer).GetProperty("message").GetProperty("annotations")[0] })
        {
            Assert.Equal("""{"type":"url_citation","url_citation":{"start_index":3,"end_index":7,"url":"https://example.com","title":"T"}}""", annotation.GetRawText());
        }
    }

    [Fact]
    public void Calls_of_custom_tools_have_their_own_form()
    {
        var request = ChatRequestDecoder.Decode("""{"tools":[{"type":"custom","custom":{"name":"patch"}}]}"""u8.ToArray());
        var output = new ArrayBufferWriter<byte>();
        Play(new ChatStreamEncoder(output, "c", "m", 1, true, request), Answer);
        Assert.Equal([("a", "custom", "patch", "*** \"x\"\n")], ChatStreamChecker.Check(output.WrittenSpan).Calls);
        output = new();
        Play(new ChatCompletionEncoder(output, "c", "m", 1, request), Answer);
        using var json = JsonDocument.Parse(output.WrittenMemory);
        Assert.Equal(
            """{"id":"a","type":"custom","custom":{"name":"patch","input":"*** \"x\"\n"}}""",
            json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetRawText());

        static void Answer(IMessageSink sink)
        {
            sink.Start(default);
            sink.BeginToolUse("a"u8, "patch"u8);
            sink.ToolInput("{\\\"input\\\":\\\"*** "u8);
            sink.ToolInput("\\\\\\\"x\\\\\\\"\\\\n\\\"}"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        }
    }

    [Fact]
    public void A_text_delta_allocates_nothing()
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var encoder = new ChatStreamEncoder(output, "c", "m", 1, true);
        encoder.Start(default);
        encoder.BeginText();
        encoder.Text("warm"u8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            encoder.Text("some words \\n"u8);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [NeedsFact("fixtures")]
    public void Recorded_answers_reach_chat_clients_as_strict_streams_and_say_the_same()
    {
        var count = 0;
        var wrong = new List<string>();
        foreach (var (line, file) in Recordings.Index("openai-chat"))
        {
            if (line.GetProperty("status").GetInt32() != 200)
            {
                continue;
            }

            var expected = new MessageReducer();
            using var decoder = new ChatStreamDecoder(expected, "recorded", "m");
            Recordings.Play(line, file, decoder);
            var output = new ArrayBufferWriter<byte>();
            using var translating = new ChatStreamDecoder(new ChatStreamEncoder(output, "chatcmpl-1", "m", 1, true), "recorded", "m");
            Recordings.Play(line, file, translating);
            count++;
            try
            {
                var stream = ChatStreamChecker.Check(output.WrittenSpan, validArguments: false);
                Assert.Equal(expected.Failure is null, stream.Error is null);
                if (expected.Failure is not null)
                {
                    continue;
                }

                Assert.Equal(expected.Text, stream.Text.ToString());
                Assert.Equal(expected.Reasoning, stream.Reasoning.ToString());
                Assert.Equal(expected.Calls.Select(c => (c.Id, c.Name, c.Arguments.Length == 0 ? "{}" : c.Arguments)), stream.Calls.Select(c => (c.Id, c.Name, c.Arguments)));
                Assert.Equal(expected.Counts.Input, stream.Usage!.Value.GetProperty("prompt_tokens").GetInt64());
            }
            catch (Exception e)
            {
                wrong.Add($"{line.GetProperty("id")}: {e.Message}");
            }
        }

        Assert.True(count > 700 && wrong.Count == 0, $"{wrong.Count} of {count}\n{string.Join('\n', wrong)}");
    }

    private static void Hello(IMessageSink sink)
    {
        sink.Start("up"u8);
        sink.BeginText();
        sink.Text("He"u8);
        sink.Text("llo\\n"u8);
        sink.EndBlock();
        sink.Usage(new(10, 4, 2, 3, 1));
        sink.End(StopReason.EndTurn, default);
    }

    private static void Play(IMessageSink sink, Action<IMessageSink> answer) => answer(sink);

    private static ChatStreamChecker Stream(Action<IMessageSink> answer)
    {
        var output = new ArrayBufferWriter<byte>();
        answer(new ChatStreamEncoder(output, "chatcmpl-1", "m", 1, true));
        return ChatStreamChecker.Check(output.WrittenSpan);
    }

    private static JsonElement Whole(Action<IMessageSink> answer)
    {
        var output = new ArrayBufferWriter<byte>();
        answer(new ChatCompletionEncoder(output, "chatcmpl-1", "m", 1));
        return JsonDocument.Parse(output.WrittenMemory.ToArray()).RootElement.GetProperty("choices")[0];
    }
}
