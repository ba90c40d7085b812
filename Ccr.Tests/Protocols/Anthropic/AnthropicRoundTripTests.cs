using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Requests;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>What is decoded and encoded again in one dialect is what it was.</summary>
public class AnthropicRoundTripTests
{
    [NeedsFact("fixtures")]
    public void Recorded_answers_encoded_again_keep_the_grammar_and_the_message()
    {
        var count = 0;
        foreach (var (line, file) in Recordings.Index("anthropic-messages"))
        {
            if (line.GetProperty("status").GetInt32() != 200)
            {
                continue;
            }

            count++;
            var once = new MessageReducer();
            Play(line, file, once);
            var bytes = new ArrayBufferWriter<byte>();
            Play(line, file, new AnthropicStreamEncoder(bytes, "msg_1", "m", "req_1"));
            var truncated = once.Stop == StopReason.MaxTokens && once.Calls.Count > 0;
            if (!truncated)
            {
                var checker = AnthropicStreamChecker.Check(bytes.WrittenSpan);
                Assert.True(checker.IsFinished);
                Assert.Equal(once.Failure is null ? "message_stop" : "error", checker.Events[^1]);
            }

            var again = new MessageReducer();
            using (var decoder = new AnthropicStreamDecoder(again, "recorded", "claude"))
            {
                decoder.Feed(bytes.WrittenSpan);
                decoder.Complete();
            }

            AssertSame(once, again, line);
            if (once.Failure is null && !truncated)
            {
                var whole = new ArrayBufferWriter<byte>();
                Play(line, file, new AnthropicMessageEncoder(whole, "msg_1", "m"));
                var third = new MessageReducer();
                using var decoder = new AnthropicStreamDecoder(third, "recorded", "claude");
                decoder.DecodeWhole(whole.WrittenSpan);
                Assert.Equal(once.Text, third.Text);
                Assert.Equal(once.Counts, third.Counts);
                Assert.Equal(once.Calls.Count, third.Calls.Count);
                using var message = JsonDocument.Parse(whole.WrittenMemory);
                foreach (var key in (string[])["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "container", "usage"])
                {
                    Assert.True(message.RootElement.TryGetProperty(key, out _), key);
                }
            }
        }

        Assert.True(count > 140);
    }

    [NeedsFact("fixtures")]
    public void Recorded_requests_encoded_again_are_the_same_requests()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, file) in Recordings.Index("anthropic-messages"))
        {
            var path = Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file) + ".request.json");
            if (!File.Exists(path) || line.GetProperty("status").GetInt32() != 200)
            {
                continue;
            }

            count++;
            var request = AnthropicRequestDecoder.Decode(File.ReadAllBytes(path));
            var body = Encoding.UTF8.GetBytes(AnthropicRequestEncoderTests.Encode(request, request.Model.ToString()));
            var again = AnthropicRequestDecoder.Decode(body);
            var (one, two) = (Describe(request), Describe(again));
            if (one != two)
            {
                wrong.Add($"{line.GetProperty("id")}:\n  {one}\n  {two}");
            }

            // Twice encoded is encoded once.
            Assert.Equal(Encoding.UTF8.GetString(body), AnthropicRequestEncoderTests.Encode(again, request.Model.ToString()));
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong)}");
        Assert.True(count > 50, $"only {count}");
    }

    [Fact]
    public void An_error_is_the_last_event_of_a_stream_and_nothing_of_a_message()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var encoder = new AnthropicStreamEncoder(bytes, "msg_1", "m", "req_1");
        encoder.KeepAlive();
        encoder.Start(default);
        encoder.BeginText();
        encoder.Text("a"u8);
        encoder.Error(new ProviderError(ErrorKind.Overloaded, 529, "busy"));
        Assert.Equal(["ping", "message_start", "content_block_start", "content_block_delta", "error"], AnthropicStreamChecker.Check(bytes.WrittenSpan).Events);
    }

    [Fact]
    public void Usage_tells_hours_and_searches_where_there_are_any()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var encoder = new AnthropicMessageEncoder(bytes, "msg_1", "m");
        encoder.Start(default);
        encoder.Usage(new TokenCounts(20, 5, 10, 3, 0) { CacheWriteHour = 4, WebSearches = 2 });
        encoder.End(StopReason.Refusal, default);
        var message = JsonDocument.Parse(bytes.WrittenMemory).RootElement;
        Assert.Equal("""{"input_tokens":5,"cache_creation_input_tokens":10,"cache_read_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":6,"ephemeral_1h_input_tokens":4},"output_tokens":3,"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0}}""", message.GetProperty("usage").GetRawText());
        Assert.Equal("refusal", message.GetProperty("stop_details").GetProperty("type").GetString());
    }

    private static void Play(JsonElement line, string file, IMessageSink sink)
    {
        using var decoder = new AnthropicStreamDecoder(sink, "recorded", "claude");
        Recordings.Play(line, file, decoder);
    }

    private static void AssertSame(MessageReducer one, MessageReducer two, JsonElement line)
    {
        Assert.True(
            (one.Text, one.Reasoning, one.Counts, one.Stop) == (two.Text, two.Reasoning, two.Counts, two.Stop) && one.Calls.SequenceEqual(two.Calls)
            && one.Signatures.SequenceEqual(two.Signatures) && one.Citations.SequenceEqual(two.Citations) && (one.Failure is null) == (two.Failure is null),
            $"{line.GetProperty("id")}: {one.Counts} {two.Counts} {one.Stop} {two.Stop}");
    }

    /// <summary>What a request says, as far as the canonical form goes.</summary>
    private static string Describe(CanonicalRequest r)
    {
        var text = new StringBuilder();
        text.Append($"{r.Stream} {r.MaxTokens} {r.Thinking} {r.ThinkingDisplay} {r.Effort} {r.ToolChoice} {r.ToolChoiceName} {r.DisableParallelTools} {r.OutputFormat} {Json(r.OutputSchema)} {r.UserId} {r.ServiceTier} | ");
        text.AppendJoin(',', r.StopSequences).Append(" | ").AppendJoin(',', r.Extensions.Select(e => e.Key + Json(e.Value))).Append(" | ");
        text.AppendJoin(',', r.Tools.Select(t => $"{t.Kind} {t.Name} {Json(t.Raw)}")).Append(" | ").AppendJoin(',', r.System.Select(Describe)).Append(" | ");
        foreach (var message in r.Messages)
        {
            text.Append(message.Role).Append(':').AppendJoin(',', message.Content.Select(Describe)).Append(' ');
        }

        return text.ToString();
    }

    private static string Describe(ContentBlock block) => block switch
    {
        TextBlock b => $"text {b.Text}",
        ThinkingBlock b => $"thinking {b.Text} {b.Signature}",
        RedactedThinkingBlock b => $"redacted {b.Data}",
        ToolUseBlock b => $"call {b.Id} {b.Name} {Json(b.Input)}",
        ToolResultBlock b => $"result {b.ToolUseId} {b.IsError} [{string.Join(',', b.Content.Select(Describe))}]",
        ImageBlock b => $"image {b.MediaType} {b.Data} {b.Url}",
        DocumentBlock b => $"document {b.MediaType} {b.Data} {b.Url} {b.Title}",
        OpaqueBlock b => $"opaque {Json(b.Raw)}",
        _ => "?",
    } + Json(block.CacheControl) + Json(block.Original);

    private static string Json(Ccr.Protocols.Json.RawJson raw) => Encoding.UTF8.GetString(raw.Span);
}
