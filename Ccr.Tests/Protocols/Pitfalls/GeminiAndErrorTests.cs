using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Sections 7 and 8 of the list of translator bugs: what is special to Gemini, errors, and streams as bytes.</summary>
public class GeminiAndErrorTests
{
    public static TheoryData<Dialect> All => Wire.All;

    [Fact]
    public void P164_a_forced_tool_stays_forced_beside_strict_tools()
    {
        var config = Wire.SendParsed(Dialect.Anthropic, Dialect.Gemini, """{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"}],"tools":[{"name":"f","strict":true,"input_schema":{"type":"object","properties":{}}},{"name":"g","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"tool","name":"f"}}""", "gemini-3-pro").GetProperty("toolConfig").GetProperty("functionCallingConfig");
        Assert.Equal(("ANY", "f"), (config.Word("mode"), config.GetProperty("allowedFunctionNames")[0].GetString()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P165_a_call_without_arguments_is_a_call(Dialect to)
    {
        var message = new MessageReducer();
        Wire.Play(to, Encoding.UTF8.GetBytes(Wire.Answer(Dialect.Gemini, to, """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}],"role":"model"},"finishReason":"STOP"}]}""")), message);
        Assert.Equal(("f", StopReason.ToolUse), (Assert.Single(message.Calls).Name, message.Stop));
        Assert.Contains(message.Calls[0].Arguments, new[] { "", "{}" });
    }

    [Fact]
    public void P168_the_wait_that_Gemini_asks_for_is_told()
    {
        var error = ProviderErrorReader.Read(429, """{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17.2s"}]}}"""u8, null, "up");
        Assert.Equal((ErrorKind.RateLimited, 18), (error.Kind, AnthropicErrors.RetryAfterSeconds(error)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P171_P172_an_error_in_the_stream_has_the_form_of_the_clients_dialect(Dialect to)
    {
        foreach (var started in new[] { false, true })
        {
            string[] events = ["""{"choices":[{"delta":{"role":"assistant","content":"a"}}]}""", """{"error":{"message":"went wrong","type":"server_error","code":"oops"}}"""];
            var stream = Wire.Answer(Dialect.OpenAIChat, to, started ? events : events[1..]);
            var last = Wire.Data(stream)[^1];
            Assert.Contains("went wrong", last.GetRawText(), StringComparison.Ordinal);
            Assert.True(to switch
            {
                Dialect.Anthropic => last.Word("type") == "error" && last.GetProperty("error").Word("type") == "api_error" && stream.Contains("event: error\n", StringComparison.Ordinal),
                Dialect.OpenAIResponses => last.Word("type") == "response.failed" && last.GetProperty("response").Word("status") == "failed",
                _ => last.GetProperty("error").Word("message") == "went wrong",
            });
            Assert.DoesNotContain(to switch { Dialect.Anthropic => "message_stop", Dialect.OpenAIResponses => "response.completed", Dialect.OpenAIChat => "finish_reason\":\"stop", _ => "finishReason" }, stream, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void P174_code_type_and_parameter_are_told()
    {
        var error = ProviderErrorReader.Read(400, """{"error":{"message":"m","type":"invalid_request_error","param":"tools[0].function.parameters","code":"invalid_function_parameters"}}"""u8, null, "up");
        var output = new ArrayBufferWriter<byte>();
        OpenAIErrors.WriteBody(output, error);
        var told = JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("error");
        Assert.Equal(("invalid_request_error", "invalid_function_parameters", "tools[0].function.parameters"), (told.Word("type"), told.Word("code"), told.Word("param")));
    }

    [Theory]
    [InlineData("<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway")]
    [InlineData("upstream connect error", "upstream connect error")]
    [InlineData("""{"error":"model is loading"}""", "model is loading")]
    [InlineData("""{"detail":"Not authenticated"}""", "Not authenticated")]
    [InlineData("""{"detail":[{"loc":["body"],"msg":"field required"}]}""", "field required")]
    [InlineData("""[{"error":{"code":400,"message":"in a list","status":"INVALID_ARGUMENT"}}]""", "in a list")]
    [InlineData("""{"error":null}""", "error")]
    [InlineData("""{"error":{"message":null,"code":null}}""", "error")]
    [InlineData("""{"message":{"a":[1]}}""", "1")]
    [InlineData("""{"error":{"message":"\ud800"}}""", "error")]
    [InlineData("", "500")]
    [InlineData("{", "{")]
    public void P177_every_form_of_error_is_read(string body, string expected) =>
        Assert.Contains(expected, ProviderErrorReader.Read(500, Encoding.UTF8.GetBytes(body), null, "up").Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public void P182_P183_line_ends_blanks_and_a_missing_last_blank_line_make_no_difference(Dialect from)
    {
        var text = Encoding.UTF8.GetString(Wire.Events(from, Hello(from)));
        string[] forms = [text, text.Replace("\n", "\r\n"), text.Replace("\n", "\r"), text.Replace(": ", ":"), text.TrimEnd('\n'), text.Replace("\n", "\r\n").TrimEnd(), ": comment\n\n" + text.Replace("data:", "id: 7\nretry: 5\ndata:"), "\ufeff" + text];
        foreach (var form in forms)
        {
            var bytes = Encoding.UTF8.GetBytes(form);
            for (var split = 0; split < bytes.Length; split += 3)
            {
                var message = new MessageReducer();
                Wire.Play(from, bytes, message, split);
                Assert.Equal(("héllo😀", StopReason.EndTurn), (message.Text, message.Stop));
            }
        }
    }

    [Theory]
    [InlineData("""{"error":{"message":"This model's maximum context length is 200000 tokens. However, your messages resulted in 250000 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}}""")]
    [InlineData("""{"error":{"code":400,"message":"The input token count (250000) exceeds the maximum number of tokens allowed (200000).","status":"INVALID_ARGUMENT"}}""")]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 250000 tokens > 200000 maximum"}}""")]
    [InlineData("""{"error":{"code":400,"message":"request (250000 tokens) exceeds the available context size (200000 tokens)","type":"exceed_context_size_error"}}""")]
    public void P184_a_full_context_is_told_in_the_words_that_make_agents_compact(string body)
    {
        var error = ProviderErrorReader.Read(400, Encoding.UTF8.GetBytes(body), null, "up");
        Assert.Equal(ErrorKind.ContextTooLong, error.Kind);
        var output = new ArrayBufferWriter<byte>();
        AnthropicErrors.WriteBody(output, error, "req_1");
        Assert.StartsWith("prompt is too long: 250000 tokens > 200000 maximum", JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("error").Word("message"), StringComparison.Ordinal);
        output.Clear();
        OpenAIErrors.WriteBody(output, error);
        Assert.Equal("context_length_exceeded", JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("error").Word("code"));
        Assert.Contains("context_length_exceeded", Wire.Stream(Dialect.OpenAIResponses, sink => sink.Error(error)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P189_P193_unknown_events_and_padding_are_passed_over(Dialect from)
    {
        var hello = Hello(from);
        List<string> events = [hello[0]];
        foreach (var e in hello[1..])
        {
            events.Add("""{"type":"response.brand_new.event","obfuscation":"xyz","choices":[],"candidates":[]}""");
            events.Add(e.StartsWith('{') ? e[..^1] + ""","obfuscation":"aZ19"}   """ : e);
        }

        var message = Wire.Reduce(from, [.. events]);
        Assert.Equal(("héllo😀", StopReason.EndTurn), (message.Text, message.Stop));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P192_events_may_be_very_long(Dialect from)
    {
        var text = new string('x', 3_000_000);
        var bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Wire.Events(from, Hello(from))).Replace("héllo", text));
        var message = new MessageReducer();
        using var decoder = Wire.Decoder(from, message);
        for (var at = 0; at < bytes.Length; at += 65_536)
        {
            decoder.Feed(bytes.AsSpan(at, Math.Min(65_536, bytes.Length - at)));
        }

        decoder.Complete();
        Assert.Equal((text + "😀", StopReason.EndTurn), (message.Text, message.Stop));
    }

    [Theory]
    [InlineData(StopReason.EndTurn)]
    [InlineData(StopReason.MaxTokens)]
    [InlineData(StopReason.Refusal)]
    [InlineData(StopReason.ToolUse)]
    [InlineData(StopReason.PauseTurn)]
    public void P200_every_item_that_was_added_is_done_or_incomplete(StopReason reason)
    {
        // The checker demands it of every item; here with each kind as the last one.
        foreach (var last in new[] { "text", "thinking", "call" })
        {
            var events = Wire.Data(Wire.Stream(Dialect.OpenAIResponses, sink =>
            {
                sink.Start("x"u8);
                switch (last)
                {
                    case "text":
                        sink.BeginText();
                        break;
                    case "thinking":
                        sink.BeginThinking();
                        break;
                    default:
                        sink.BeginToolUse("a"u8, "f"u8);
                        break;
                }

                sink.EndBlock();
                sink.End(reason, default);
            }));
            var final = events[^1].GetProperty("response");
            Assert.Equal(events.Count(e => e.Word("type") == "response.output_item.added"), final.GetProperty("output").GetArrayLength());
        }
    }

    private static string[] Hello(Dialect from) => from switch
    {
        Dialect.Anthropic =>
        [
            """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"héllo"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"😀"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}""",
            """{"type":"message_stop"}""",
        ],
        Dialect.OpenAIChat =>
        [
            """{"choices":[{"delta":{"role":"assistant","content":"héllo"}}]}""",
            """{"choices":[{"delta":{"content":"😀"}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            "[DONE]",
        ],
        Dialect.OpenAIResponses =>
        [
            """{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"i","delta":"héllo"}""",
            """{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"i","delta":"😀"}""",
            """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}""",
        ],
        _ =>
        [
            """{"candidates":[{"content":{"parts":[{"text":"héllo"}],"role":"model"}}]}""",
            """{"candidates":[{"content":{"parts":[{"text":"😀"}],"role":"model"},"finishReason":"STOP"}]}""",
        ],
    };
}
