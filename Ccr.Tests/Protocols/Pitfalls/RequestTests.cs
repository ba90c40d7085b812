using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Section 2 of the list of translator bugs: requests of Anthropic's clients to other providers.</summary>
public class RequestTests
{
    private const string Call = """{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]}""";
    private const string Result = """{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}""";

    public static TheoryData<Dialect> All => Wire.All;

    [Theory]
    [InlineData("mistral-large")]
    [InlineData("MiniMax-M2")]
    public void P045_P047_instructions_in_the_middle_are_no_system_message_for_those_who_refuse_it(string model)
    {
        var messages = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIChat, $$$"""{"model":"x","max_tokens":9,"system":"head","messages":[{"role":"user","content":"q"},{{{Call}}},{{{Result}}},{"role":"system","content":"reminder"},{"role":"user","content":"go on"}]}""", model).GetProperty("messages");
        Assert.Equal(["system", "user", "assistant", "tool", "user"], messages.EnumerateArray().Select(m => m.Word("role")));
        var last = messages[4].GetRawText();
        Assert.True(last.IndexOf("reminder", StringComparison.Ordinal) is > 0 and var at && at < last.IndexOf("go on", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P049_a_result_names_its_call(Dialect to)
    {
        var body = Wire.Send(Dialect.Anthropic, to, $$$"""{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_one","name":"f","input":{}},{"type":"tool_use","id":"toolu_two","name":"g","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_two","content":"second"},{"type":"tool_result","tool_use_id":"toolu_one","content":"first"}]}]}""", "claude-haiku-4-5");
        Assert.Equal(2, body.Split("toolu_one").Length - 1);
        Assert.Equal(2, body.Split("toolu_two").Length - 1);
        Assert.Matches("toolu_one\"[^}]*first", body);
        Assert.Matches("toolu_two\"[^}]*second", body);
    }

    [Fact]
    public void P055_stop_is_always_a_list() =>
        Assert.Equal("""["END"]""", Wire.SendParsed(Dialect.OpenAIChat, Dialect.OpenAIChat, """{"model":"x","stop":"END","messages":[{"role":"user","content":"q"}]}""").GetProperty("stop").GetRawText());

    [Theory]
    [InlineData(Dialect.OpenAIChat)]
    [InlineData(Dialect.OpenAIResponses)]
    public void P056_a_long_user_is_a_short_hash_that_stays_the_same(Dialect to)
    {
        static string Body(string text) => $$$"""{"model":"x","max_tokens":99,"metadata":{"user_id":"user_{{{new string('a', 64)}}}_account__session_{{{new string('b', 36)}}}"},"messages":[{"role":"user","content":"{{{text}}}"}]}""";
        var first = Wire.SendParsed(Dialect.Anthropic, to, Body("one"), "gpt-5");
        var second = Wire.SendParsed(Dialect.Anthropic, to, Body("two"), "gpt-5");
        Assert.InRange(first.Word("safety_identifier")!.Length, 8, 64);
        Assert.Equal(first.Word("safety_identifier"), second.Word("safety_identifier"));
        Assert.NotNull(first.Word("prompt_cache_key"));
        Assert.Equal(first.Word("prompt_cache_key"), second.Word("prompt_cache_key"));
        Assert.InRange(first.Word("prompt_cache_key")!.Length, 8, 64);
    }

    [Theory]
    [InlineData(Dialect.Anthropic)]
    [InlineData(Dialect.OpenAIChat)]
    [InlineData(Dialect.OpenAIResponses)]
    public void P057_usage_is_asked_for_on_every_stream(Dialect from)
    {
        Assert.True(Wire.SendParsed(from, Dialect.OpenAIChat, """{"model":"x","max_tokens":99,"stream":true,"input":"q","messages":[{"role":"user","content":"q"}]}""").GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        Assert.False(Wire.SendParsed(from, Dialect.OpenAIChat, """{"model":"x","max_tokens":99,"input":"q","messages":[{"role":"user","content":"q"}]}""").TryGetProperty("stream_options", out _));
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat)]
    [InlineData(Dialect.OpenAIResponses)]
    public void P063_P064_P065_patterns_formats_and_ids_that_OpenAI_refuses_are_taken_out(Dialect to)
    {
        var body = Wire.Send(Dialect.Anthropic, to, """{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"}],"tools":[{"name":"f","input_schema":{"$id":"has blanks in it","type":"object","properties":{"a":{"type":"string","pattern":"^\\p{Cc}+$"},"b":{"type":"string","format":"uri"},"c":{"type":"string","pattern":"^[a-z]+$"},"d":{"type":"string","format":"date-time"}},"required":["a"]}}]}""", "gpt-5");
        Assert.DoesNotContain("\"$id\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"pattern\":\"^\\\\p", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"format\":\"uri\"", body, StringComparison.Ordinal);
        Assert.Contains("\"pattern\":\"^[a-z]+$\"", body, StringComparison.Ordinal);
        Assert.Contains("\"format\":\"date-time\"", body, StringComparison.Ordinal);
        Assert.Contains("\"required\":[\"a\"]", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P069_text_and_calls_of_a_whole_answer_keep_their_order(Dialect to)
    {
        var whole = Wire.Whole(to, sink =>
        {
            sink.Start("x"u8);
            sink.BeginToolUse("a"u8, "first"u8);
            sink.EndBlock();
            sink.BeginText();
            sink.Text("second"u8);
            sink.EndBlock();
            sink.BeginToolUse("c"u8, "third"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        });
        var body = whole.GetRawText();
        if (to == Dialect.OpenAIChat)
        {
            // The form of the dialect has one place for text and one for calls; nothing is lost.
            var message = whole.GetProperty("choices")[0].GetProperty("message");
            Assert.Equal(("second", 2), (message.Word("content"), message.GetProperty("tool_calls").GetArrayLength()));
            return;
        }

        Assert.Matches("first.*second.*third", body);
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat, "data:application/pdf;base64,JVBERi0=")]
    [InlineData(Dialect.OpenAIResponses, "data:application/pdf;base64,JVBERi0=")]
    [InlineData(Dialect.Gemini, "\"data\":\"JVBERi0=\"")]
    [InlineData(Dialect.Anthropic, "\"data\":\"JVBERi0=\"")]
    public void P070_documents_reach_the_model(Dialect to, string expected)
    {
        const string document = """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"t"}""";
        Assert.Contains(expected, Wire.Send(Dialect.Anthropic, to, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":[{{{document}}},{"type":"text","text":"q"}]}]}""", "claude-haiku-4-5"), StringComparison.Ordinal);
        Assert.Contains(expected, Wire.Send(Dialect.Anthropic, to, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{{{Call}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{{{document}}}]}]}]}""", "claude-haiku-4-5"), StringComparison.Ordinal);
    }

    [Fact]
    public void P074_an_assistant_message_is_one_and_never_empty()
    {
        var messages = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIChat, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[]},{"role":"assistant","content":[{"type":"text","text":""},{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"text","text":"said"}]},{{{Result}}},{"role":"assistant","content":""},{"role":"user","content":"go"}]}""", "mistral-large").GetProperty("messages");
        var assistant = messages.EnumerateArray().Where(m => m.Word("role") == "assistant").ToList();
        var only = Assert.Single(assistant);
        Assert.Equal(("said", 1), (only.Word("content"), only.GetProperty("tool_calls").GetArrayLength()));
    }

    [Theory]
    [InlineData("""{"type":"disabled"}""", false)]
    [InlineData("""{"type":"enabled","budget_tokens":2000}""", true)]
    public void P076_clearing_thinking_is_asked_for_only_while_thinking_is_on(string thinking, bool stays)
    {
        var body = Wire.Send(Dialect.Anthropic, Dialect.Anthropic, $$$"""{"model":"x","max_tokens":9000,"thinking":{{{thinking}}},"context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},"messages":[{"role":"user","content":"q"}]}""", "claude-haiku-4-5");
        Assert.Equal(stays, body.Contains("clear_thinking_20251015", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Dialect.Anthropic, "claude-haiku-4-5", "\"thinking\":{\"type\":\"disabled\"}")]
    [InlineData(Dialect.OpenAIChat, "deepseek-chat", "\"thinking\":{\"type\":\"disabled\"}")]
    [InlineData(Dialect.OpenAIChat, "gpt-5.1", "\"reasoning_effort\":\"none\"")]
    [InlineData(Dialect.OpenAIResponses, "gpt-5.2", "\"effort\":\"none\"")]
    [InlineData(Dialect.Gemini, "gemini-2.5-flash", "\"thinkingBudget\":0")]
    public void P077_thinking_that_is_off_is_said_to_be_off(Dialect to, string model, string expected) =>
        Assert.Contains(expected, Wire.Send(Dialect.Anthropic, to, """{"model":"x","max_tokens":99,"thinking":{"type":"disabled"},"messages":[{"role":"user","content":"q"}]}""", model), StringComparison.Ordinal);
}
