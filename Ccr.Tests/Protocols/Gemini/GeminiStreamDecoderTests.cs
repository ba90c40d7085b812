using System.Buffers;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Gemini;

namespace Ccr.Tests.Protocols.Gemini;

/// <summary>Answers of Gemini, and answers for its clients.</summary>
public class GeminiStreamDecoderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_is_the_same_in_either_form_and_split_anywhere(bool asArray)
    {
        string[] frames =
        [
            """{"candidates":[{"content":{"parts":[{"text":"thi\"nk}","thought":true}],"role":"model"},"index":0}],"responseId":"r","usageMetadata":{"promptTokenCount":10}}""",
            """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"default_api:f","args":{"a":"{\"[é"}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"g"}}],"role":"model"},"index":0}],"responseId":"r"}""",
            """{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}],"responseId":"r","usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":2,"toolUsePromptTokenCount":1}}""",
            """{"usageMetadata":{"promptTokenCount":0,"totalTokenCount":0}}""",
        ];
        var text = asArray ? "[" + string.Join(",\r\n", frames) + "\n]\n" : string.Concat(frames.Select(f => $"data: {f}\r\n\r\n"));
        for (var split = 1; split < text.Length; split += text.Length > 600 ? 7 : 1)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var sink = new MessageReducer();
            using var decoder = new GeminiStreamDecoder(sink, "google", "gemini-3-pro");
            decoder.Feed(bytes.AsSpan(0, split));
            decoder.Feed(bytes.AsSpan(split));
            decoder.Complete();
            Assert.Null(sink.Failure);
            Assert.Equal(["thinking", "tool", "tool"], sink.Blocks);
            Assert.Equal("thi\"nk}", sink.Reasoning);
            Assert.Equal([("f", "{\"a\":\"{\\\"[é\"}"), ("g", "{}")], sink.Calls.Select(c => (c.Name, c.Arguments)));
            Assert.Equal(2, sink.Calls.Select(c => c.Id).Distinct().Count());
            Assert.Equal(StopReason.ToolUse, sink.Stop);

            // P92, P93: the zero frame says nothing, the cached are part of the prompt.
            Assert.Equal(new TokenCounts(11, 4, 0, 7, 2), sink.Counts);
            var envelope = ReasoningEnvelope.Open(Encoding.ASCII.GetBytes(Assert.Single(sink.Signatures)))!;
            Assert.True(envelope.IsFor(Dialect.Gemini, "google", "gemini-3-pro") && envelope.BelongsToNext && envelope.Data == "c2ln");
        }
    }

    [Fact]
    public void P103_P107_a_signature_makes_no_thought_and_is_kept_on_empty_text()
    {
        var sink = Whole("""{"candidates":[{"content":{"parts":[{"text":"hello","thoughtSignature":"YQ=="},{"text":"","thoughtSignature":"Yg=="}]},"finishReason":1}]}""");
        Assert.Equal(("hello", ""), (sink.Text, sink.Reasoning));
        Assert.Equal(["text", "redacted", "redacted"], sink.Blocks);
        Assert.Equal(["YQ==", "Yg=="], sink.Signatures.Select(s => ReasoningEnvelope.Open(Encoding.ASCII.GetBytes(s))!.Data));
    }

    [Fact]
    public void P166_partial_arguments_are_put_together()
    {
        string[] calls =
        [
            """{"name":"f","willContinue":true}""",
            """{"partialArgs":[{"jsonPath":"$.a.b[1].c","stringValue":"x","willContinue":true}],"willContinue":true}""",
            """{"partialArgs":[{"jsonPath":"$.a.b[1].c","stringValue":"y\n"},{"jsonPath":"$.n","numberValue":1.50},{"jsonPath":"$['__proto__'].k","boolValue":true}],"willContinue":true}""",
            """{"partialArgs":[{"jsonPath":"$.z","nullValue":"NULL_VALUE"}],"willContinue":true}""",
            "{}",
        ];
        var sink = Stream(string.Concat(calls.Select(c => "data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":" + c + "}]}}]}\n\n")) + "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n");
        Assert.Null(sink.Failure);
        Assert.Equal("""{"a":{"b":[null,{"c":"xy\n"}]},"n":1.50,"__proto__":{"k":true},"z":null}""", Assert.Single(sink.Calls).Arguments);
    }

    [Theory]
    [InlineData("""{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}""", ErrorKind.Malformed)]
    [InlineData("""{"candidates":[{"finishReason":"UNEXPECTED_TOOL_CALL","content":{"parts":[{"text":""}]}}]}""", ErrorKind.Malformed)]
    [InlineData("""{"candidates":[{"finishReason":"OTHER"}]}""", ErrorKind.Malformed)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"cut"}]}}]}""", ErrorKind.Malformed)]
    [InlineData("""{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}""", ErrorKind.Overloaded)]
    [InlineData("""[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]""", ErrorKind.RateLimited)]
    [InlineData("""nonsense""", ErrorKind.Malformed)]
    public void P170_what_is_no_answer_is_an_error(string frame, ErrorKind kind) => Assert.Equal(kind, Stream($"data: {frame}\n\n").Failure!.Kind);

    [Fact]
    public void An_error_without_the_form_of_a_stream_is_seen()
    {
        Assert.Equal(ErrorKind.Overloaded, Stream("{\n  \"error\": {\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}\n}").Failure!.Kind);
        Assert.Equal("stream_cut", Stream("").Failure!.Code);
    }

    [Theory]
    [InlineData("""{"promptFeedback":{"blockReason":"SAFETY"}}""")]
    [InlineData("""{"candidates":[{"finishReason":"PROHIBITED_CONTENT"}]}""")]
    [InlineData("""{"candidates":[{"finishReason":3}]}""")]
    public void A_refusal_is_an_end(string frame) => Assert.Equal(StopReason.Refusal, Stream($"data: {frame}\n\n").Stop);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Errors_and_keep_alives_have_the_form_of_the_stream(bool asArray)
    {
        foreach (var withText in new[] { false, true })
        {
            var output = new ArrayBufferWriter<byte>();
            var encoder = new GeminiStreamEncoder(output, "r", "m", asArray);
            encoder.KeepAlive();
            encoder.Start(default);
            if (withText)
            {
                encoder.BeginText();
                encoder.Text("a"u8);
                encoder.KeepAlive();
                encoder.EndBlock();
            }

            encoder.Error(new(ErrorKind.Overloaded, 529, "busy"));
            var frames = asArray ? GeminiStreamChecker.CheckArray(output.WrittenSpan, endsInError: true) : GeminiStreamChecker.CheckEvents(output.WrittenSpan, endsInError: true);
            Assert.Equal((withText ? 2 : 1) + (asArray ? 0 : withText ? 2 : 1), frames.Count);
            Assert.DoesNotContain("\n:", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Reasoning_of_Anthropic_comes_back_bare_from_a_client_of_Gemini()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new GeminiResponseEncoder(output, "r", "m");
        encoder.Start(default);
        encoder.BeginThinking();
        encoder.Thinking("hm"u8);
        encoder.Signature("EqSig+/="u8);
        encoder.EndBlock();
        encoder.RedactedThinking("EmData"u8);
        encoder.BeginToolUse("toolu_1"u8, "f"u8);
        encoder.ToolInput("[1,\\n2]"u8);
        encoder.EndBlock();
        encoder.Usage(new(10, 4, 0, 7, 2));
        encoder.End(StopReason.ToolUse, default);
        var content = GeminiStreamChecker.CheckWhole(output.WrittenSpan).GetProperty("candidates")[0].GetProperty("content");
        var back = GeminiRequestDecoder.Decode(Encoding.UTF8.GetBytes($$"""{"contents":[{{content.GetRawText()}}]}"""), "m", true).Messages[0].Content;
        Assert.Equal(["thinking hm [EqSig+/=]", "redacted [EmData]", "call toolu_1 f {\"input\":[1, 2]}"], back.Select(RequestText.Of));
    }

    [Fact]
    public void A_piece_of_text_allocates_nothing()
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var encoder = new GeminiStreamEncoder(output, "r", "m", false);
        encoder.Start(default);
        encoder.BeginText();
        using var decoder = new GeminiStreamDecoder(encoder, "google", "m");
        var frame = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hello\"}],\"role\":\"model\"},\"index\":0}],\"responseId\":\"r\"}\n\n"u8.ToArray();
        decoder.Feed(frame);
        decoder.Feed(frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            decoder.Feed(frame);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static MessageReducer Whole(string json)
    {
        var sink = new MessageReducer();
        using var decoder = new GeminiStreamDecoder(sink, "google", "gemini-3-pro");
        decoder.DecodeWhole(Encoding.UTF8.GetBytes(json));
        return sink;
    }

    private static MessageReducer Stream(string text)
    {
        var sink = new MessageReducer();
        using var decoder = new GeminiStreamDecoder(sink, "google", "gemini-3-pro");
        decoder.Feed(Encoding.UTF8.GetBytes(text));
        decoder.Complete();
        return sink;
    }
}
