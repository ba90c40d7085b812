using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Section 4 of the list of translator bugs: thinking, signatures and reasoning items on their way there and back.</summary>
public class ReasoningTests
{
    [Fact]
    public void P101_empty_thinking_is_sent_back_only_when_Anthropic_signed_it()
    {
        var body = Wire.Send(Dialect.Anthropic, Dialect.Anthropic, """{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"Sig="},{"type":"thinking","thinking":"","signature":""},{"type":"text","text":"t"}]},{"role":"user","content":"r"}]}""", "claude-haiku-4-5");
        Assert.Contains("""[{"type":"thinking","thinking":"","signature":"Sig="},{"type":"text","text":"t"}]""", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kimi-k2-thinking")]
    [InlineData("glm-4.6")]
    [InlineData("deepseek-chat")]
    public void P102_unsigned_thinking_goes_back_to_those_who_want_its_words(string model)
    {
        var messages = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIChat, """{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}""", model).GetProperty("messages");
        Assert.Equal("hm", messages[1].Word("reasoning_content"));
    }

    [Theory]
    [InlineData(Dialect.Anthropic, "claude-haiku-4-5")]
    [InlineData(Dialect.OpenAIChat, "qwen3-coder")]
    [InlineData(Dialect.OpenAIChat, "gpt-5")]
    [InlineData(Dialect.OpenAIChat, "deepseek-r1")]
    [InlineData(Dialect.OpenAIResponses, "gpt-5")]
    [InlineData(Dialect.Gemini, "gemini-3-pro")]
    public void P110_hidden_reasoning_never_becomes_visible_text(Dialect to, string model)
    {
        var foreign = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.OpenAIChat, Provider = "elsewhere", Data = "x" }.Seal());
        var loss = new LossReport();
        var body = Wire.Send(Dialect.Anthropic, to, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"SECRET","signature":"{{{foreign}}}"},{"type":"text","text":"t"}]},{"role":"user","content":"r"}]}""", model, loss);
        Assert.DoesNotContain("SECRET", body, StringComparison.Ordinal);
        Assert.DoesNotContain("rt1.", body, StringComparison.Ordinal);
        Assert.NotEmpty(loss.Entries);
    }

    [Fact]
    public void P112_P117_an_item_goes_back_whole_and_without_reference_to_what_is_stored()
    {
        var signature = Sealed("""{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"E"}}""");
        var body = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIResponses, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"{{{signature}}}"},{"type":"text","text":"t"}]},{"role":"user","content":"r"}]}""");
        var item = body.GetProperty("input")[1];
        Assert.Equal(("reasoning", "rs_1", "E"), (item.Word("type"), item.Word("id"), item.Word("encrypted_content")));
        Assert.False(body.GetProperty("store").GetBoolean());
        Assert.Contains("reasoning.encrypted_content", body.GetProperty("include").GetRawText(), StringComparison.Ordinal);

        // A client's own id without the content could only be looked up; nothing is stored there.
        body = Wire.SendParsed(Dialect.OpenAIResponses, Dialect.OpenAIResponses, """{"model":"x","previous_response_id":"resp_0","input":[{"type":"message","role":"user","content":"q"},{"type":"reasoning","id":"rs_2","summary":[]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t"}]}]}""");
        Assert.DoesNotContain("rs_2", body.GetRawText(), StringComparison.Ordinal);
        Assert.False(body.TryGetProperty("previous_response_id", out _));
    }

    [Fact]
    public void P114_an_item_of_several_parts_goes_back_as_it_was()
    {
        const string item = """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a\n\n\u00e9"},{"type":"summary_text","text":"b\"\\"}],"encrypted_content":"gA+/="}""";
        var message = Wire.Reduce(Dialect.OpenAIResponses,
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_0","summary":[]}}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"a\n\n\u00e9"}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"b\"\\"}""",
            $$$"""{"type":"response.output_item.done","output_index":0,"item":{{{item}}}}""",
            """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}""");
        var signature = Assert.Single(message.Signatures);
        var body = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIResponses, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":{{{JsonSerializer.Serialize(message.Reasoning)}}},"signature":"{{{signature}}}"},{"type":"text","text":"t"}]},{"role":"user","content":"r"}]}""");
        Assert.Equal(item, body.GetProperty("input")[1].GetRawText());
    }

    [Fact]
    public void P120_P159_an_answer_that_was_filtered_or_all_reasoning_is_no_empty_success()
    {
        var filtered = Wire.Reduce(Dialect.OpenAIChat, """{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}""", """{"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":"content_filter"}]}""", "[DONE]");
        Assert.Equal(StopReason.Refusal, filtered.Stop);
        var error = Wire.Reduce(Dialect.OpenAIChat, """{"error":{"message":"The response was filtered","type":null,"code":"content_filter","status":400}}""");
        Assert.Equal(Ccr.Protocols.Errors.ErrorKind.ContentPolicy, error.Failure?.Kind);
        Assert.Equal("content_filter", Wire.Whole(Dialect.OpenAIChat, sink =>
        {
            using var decoder = Wire.Decoder(Dialect.OpenAIChat, sink);
            decoder.DecodeWhole("""{"choices":[{"message":{"role":"assistant","content":null},"finish_reason":"content_filter"}]}"""u8);
        }).GetProperty("choices")[0].Word("finish_reason"));

        // Words that are all reasoning stay reasoning: they are there for the client to see.
        var thought = Wire.Reduce(Dialect.OpenAIChat, """{"choices":[{"delta":{"reasoning_content":"{\"a\":1}"}}]}""", """{"choices":[{"delta":{},"finish_reason":"stop"}]}""", "[DONE]");
        Assert.Equal(("""{"a":1}""", StopReason.EndTurn), (thought.Reasoning, thought.Stop));
    }

    [Fact]
    public void P121_the_phase_of_a_message_goes_back()
    {
        var body = Wire.SendParsed(Dialect.OpenAIResponses, Dialect.OpenAIResponses, """{"model":"x","input":[{"type":"message","role":"user","content":"q"},{"type":"message","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"t"}]},{"type":"message","role":"user","content":"r"}]}""");
        Assert.Equal("commentary", body.GetProperty("input")[1].Word("phase"));
    }

    private static string Sealed(string done)
    {
        var message = Wire.Reduce(Dialect.OpenAIResponses, done, """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}""");
        return Assert.Single(message.Signatures);
    }
}
