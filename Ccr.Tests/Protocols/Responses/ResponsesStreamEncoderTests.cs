using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIResponses;

namespace Ccr.Tests.Protocols.Responses;

public class ResponsesStreamEncoderTests
{
    private const string Tools = """
        {"model":"m","input":"x","tools":[
          {"type":"function","name":"plain","parameters":{"type":"object","properties":{}},"strict":false},
          {"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"start: x"}},
          {"type":"namespace","name":"mcp__echo","tools":[{"type":"function","name":"say","parameters":{"type":"object","properties":{}},"strict":false}]},
          {"type":"local_shell"}]}
        """;

    [Fact]
    public void A_whole_turn_in_order_P142()
    {
        var checker = Encode(s =>
        {
            s.Start("up"u8);
            s.BeginThinking();
            s.Thinking("hm"u8);
            s.Signature("rt1.abc"u8);
            s.EndBlock();
            s.BeginText();
            s.Text("Hé"u8);
            s.Text("llo\\n"u8);
            s.Citation(new() { Url = "http://a"u8, Title = "A"u8 });
            s.EndBlock();
            s.BeginToolUse("call_1"u8, "plain"u8);
            s.ToolInput("{\\\"a\\\":1}"u8);
            s.EndBlock();
            s.Usage(new(10, 4, 0, 5, 2));
            s.End(StopReason.ToolUse, default);
        });
        Assert.Equal("response.completed", checker.Events[^1]);
        var final = checker.Final!.Value;
        Assert.Equal(("resp_abc", "asked", "completed"), (final.GetProperty("id").GetString(), final.GetProperty("model").GetString(), final.GetProperty("status").GetString()));
        var output = final.GetProperty("output");
        Assert.Equal(["reasoning", "message", "function_call"], output.EnumerateArray().Select(o => o.GetProperty("type").GetString()));
        Assert.Equal("rt1.abc", output[0].GetProperty("encrypted_content").GetString());
        var annotation = output[1].GetProperty("content")[0].GetProperty("annotations")[0];
        Assert.Equal((0, 6), (annotation.GetProperty("start_index").GetInt32(), annotation.GetProperty("end_index").GetInt32()));
        Assert.Equal(4, final.GetProperty("usage").GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(4, final.GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public void P144_custom_tools_come_back_as_custom_calls_with_their_bare_text()
    {
        var item = One(s => Call(s, "apply_patch", """{"input":"*** \"a\"\n"}"""));
        Assert.Equal(("custom_tool_call", "apply_patch", "*** \"a\"\n"), (Word(item, "type"), Word(item, "name"), Word(item, "input")));
    }

    [Fact]
    public void P132_namespaces_are_parted_again()
    {
        var item = One(s => Call(s, "mcp__echo__say", "{}"));
        Assert.Equal(("function_call", "say", "mcp__echo"), (Word(item, "type"), Word(item, "name"), Word(item, "namespace")));
    }

    [Fact]
    public void Typed_tools_have_their_own_items()
    {
        var item = One(s => Call(s, "local_shell", """{"command":["ls"]}"""));
        Assert.Equal("local_shell_call", Word(item, "type"));
        Assert.Equal("""{"type":"exec","command":["ls"],"env":{}}""", item.GetProperty("action").GetRawText());
    }

    [Fact]
    public void P154_empty_arguments_are_an_empty_object() => Assert.Equal("{}", Word(One(s => Call(s, "plain", "")), "arguments"));

    [Fact]
    public void P150_a_cut_call_is_never_done()
    {
        var checker = Encode(s =>
        {
            s.Start(default);
            s.BeginToolUse("c"u8, "plain"u8);
            s.ToolInput("{\\\"a\\\":"u8);
            s.EndBlock();
            s.End(StopReason.MaxTokens, default);
        });
        Assert.Equal("response.incomplete", checker.Events[^1]);
        Assert.DoesNotContain("response.output_item.done", checker.Events);
        Assert.Equal("max_output_tokens", checker.Final!.Value.GetProperty("incomplete_details").GetProperty("reason").GetString());
    }

    [Fact]
    public void Anthropics_own_signatures_are_sealed_and_come_back_bare()
    {
        var checker = Encode(s =>
        {
            s.Start(default);
            s.BeginThinking();
            s.Thinking("hm"u8);
            s.Signature("EqQ+/="u8);
            s.EndBlock();
            s.BeginThinking();
            s.Signature("omitted"u8);
            s.EndBlock();
            s.RedactedThinking("secret"u8);
            s.End(StopReason.EndTurn, default);
        });
        var request = ResponsesRequestDecoder.Decode(Encoding.UTF8.GetBytes($$"""{"model":"m","input":{{checker.Final!.Value.GetProperty("output").GetRawText()}}}"""));
        Assert.Equal("thinking hm EqQ+/=, thinking  omitted, redacted secret", string.Join(", ", Assert.Single(request.Messages).Content.Select(RequestText.Of)));
    }

    [Fact]
    public void Failures_end_the_stream_in_words_that_codex_understands()
    {
        var checker = Encode(s =>
        {
            s.Start(default);
            s.BeginText();
            s.Text("half"u8);
            s.Error(new(ErrorKind.RateLimited, 429, "Slow down.") { RetryAfter = TimeSpan.FromSeconds(1.3) });
        });
        var error = checker.Final!.Value.GetProperty("error");
        Assert.Equal(("rate_limit_exceeded", "Slow down. Please try again in 1.3s."), (error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal("response.failed", checker.Events[^1]);
    }

    [Fact]
    public void P180_waiting_repeats_in_progress()
    {
        var checker = Encode(s =>
        {
            s.KeepAlive();
            s.KeepAlive();
            s.Start(default);
            s.BeginText();
            s.KeepAlive();
            s.Text("a"u8);
            s.EndBlock();
            s.End(StopReason.EndTurn, default);
        });
        Assert.Equal(3, checker.Events.Count(e => e == "response.in_progress"));
        Assert.Single(checker.Events, "response.created");
    }

    [Fact]
    public void A_search_is_an_item_and_what_to_store_is_the_output()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new ResponsesStreamEncoder(output, "resp_abc", "asked", 7, ResponsesRequestDecoder.Decode(Encoding.UTF8.GetBytes(Tools)));
        encoder.Start(default);
        encoder.ServerTool(new() { Kind = ServerToolKind.WebSearch, EscapedQuery = "tea"u8, SourcesJson = "[{\"url\":\"http://a\",\"title\":\"A\"}]"u8 });
        encoder.End(StopReason.EndTurn, default);
        var checker = ResponsesStreamChecker.Check(output.WrittenSpan);
        Assert.Contains("response.web_search_call.searching", checker.Events);
        Assert.Equal(checker.Final!.Value.GetProperty("output").GetRawText(), Encoding.UTF8.GetString(encoder.OutputItems.Span));
    }

    [Fact]
    public void A_text_delta_allocates_nothing_once_the_buffers_have_grown()
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var encoder = new ResponsesStreamEncoder(output, "resp_abc", "asked", 7, ResponsesRequestDecoder.Decode(Encoding.UTF8.GetBytes(Tools)));
        encoder.Start(default);
        encoder.BeginText();
        encoder.Text("word "u8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++)
        {
            encoder.Text("word "u8);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string? Word(JsonElement item, string name) => item.GetProperty(name).GetString();

    private static void Call(ResponsesStreamEncoder s, string name, string arguments)
    {
        s.BeginToolUse("call_1"u8, Encoding.UTF8.GetBytes(name));
        if (arguments.Length > 0)
        {
            var escaped = JsonEncodedText.Encode(arguments).EncodedUtf8Bytes;
            s.ToolInput(escaped[..(escaped.Length / 2)]);
            s.ToolInput(escaped[(escaped.Length / 2)..]);
        }

        s.EndBlock();
    }

    private static JsonElement One(Action<ResponsesStreamEncoder> write)
    {
        var checker = Encode(s =>
        {
            s.Start(default);
            write(s);
            s.End(StopReason.ToolUse, default);
        });
        return Assert.Single(checker.Final!.Value.GetProperty("output").EnumerateArray());
    }

    private static ResponsesStreamChecker Encode(Action<ResponsesStreamEncoder> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new ResponsesStreamEncoder(output, "resp_abc", "asked", 7, ResponsesRequestDecoder.Decode(Encoding.UTF8.GetBytes(Tools))));
        return ResponsesStreamChecker.Check(output.WrittenSpan);
    }
}
