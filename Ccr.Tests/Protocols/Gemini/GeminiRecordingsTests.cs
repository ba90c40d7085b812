using System.Buffers;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols.Gemini;

/// <summary>The recorded answers and requests of Gemini: decoded as expected, and encoded again without a change of meaning.</summary>
public class GeminiRecordingsTests
{
    // Two that end in a spoilt tool call and nothing but thoughts, which is a failure here; one whose code is shown as text; one whose expectation leaves out the
    // calls that came in pieces.
    private static readonly string[] Known =
    [
        "gemini/braintrust-google-genai-instrumentation-cassettes-google-genai-v1-latest.cassette-10",
        "gemini/gemini-cli-integration-tests-context-compress-interactive.compress",
        "gemini/pydantic-ai-cassettes-test-google-test-google-model-file-search-tool-stream-3",
        "gemini/vercel-ai-src-fixtures-google-stream-no-args-tool-call",
    ];

    [NeedsFact("fixtures")]
    public void Recorded_gemini_answers_yield_the_expected_message()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, file) in Answers())
        {
            count++;
            var id = line.GetProperty("id").GetString()!;
            var sink = new MessageReducer();
            using var decoder = new GeminiStreamDecoder(sink, "recorded", "model");
            Recordings.Play(line, file, decoder);
            var difference = Recordings.Differs(sink, line.GetProperty("expected"));
            if (difference is not null != Known.Contains(id))
            {
                wrong.Add($"{id}: {difference ?? "no longer differs"}");
            }
        }

        Assert.True(count > 130, $"only {count} recordings were played");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong)}");
    }

    [NeedsFact("fixtures")]
    public void Recorded_answers_encoded_and_decoded_again_are_the_same()
    {
        foreach (var (line, file) in Answers())
        {
            var first = new MessageReducer();
            var events = new ArrayBufferWriter<byte>();
            var array = new ArrayBufferWriter<byte>();
            var whole = new ArrayBufferWriter<byte>();
            foreach (var sink in new IMessageSink[] { first, new GeminiStreamEncoder(events, "r1", "asked-for", false), new GeminiStreamEncoder(array, "r1", "asked-for", true), new GeminiResponseEncoder(whole, "r1", "asked-for") })
            {
                using var decoder = new GeminiStreamDecoder(sink, "recorded", "model");
                Recordings.Play(line, file, decoder);
            }

            if (first.Failure is not null)
            {
                GeminiStreamChecker.CheckEvents(events.WrittenSpan, endsInError: true);
                GeminiStreamChecker.CheckArray(array.WrittenSpan, endsInError: true);
                continue;
            }

            GeminiStreamChecker.CheckEvents(events.WrittenSpan);
            GeminiStreamChecker.CheckArray(array.WrittenSpan);
            GeminiStreamChecker.CheckWhole(whole.WrittenSpan);
            var id = line.GetProperty("id").GetString()!;
            AssertSame(first, Decode(events.WrittenSpan, false), id);
            AssertSame(first, Decode(array.WrittenSpan, false), id);
            AssertSame(first, Decode(whole.WrittenSpan, true), id);
        }
    }

    [NeedsFact("fixtures")]
    public void Recorded_streams_split_at_every_byte_are_the_same()
    {
        foreach (var (line, file) in Answers())
        {
            var bytes = File.ReadAllBytes(file);
            if (!line.GetProperty("stream").GetBoolean() || bytes.Length > 20_000)
            {
                continue;
            }

            var whole = new MessageReducer();
            using var one = new GeminiStreamDecoder(whole, "recorded", "model");
            one.Feed(bytes);
            one.Complete();
            var split = new MessageReducer();
            using var two = new GeminiStreamDecoder(split, "recorded", "model");
            for (var i = 0; i < bytes.Length; i++)
            {
                two.Feed(bytes.AsSpan(i, 1));
            }

            two.Complete();
            if (whole.Failure is null)
            {
                AssertSame(whole, split, line.GetProperty("id").GetString()!);
                Assert.Equal(whole.Signatures, split.Signatures);
            }
        }
    }

    [NeedsFact("fixtures")]
    public void Recorded_requests_encoded_and_decoded_again_are_the_same()
    {
        var folder = Environment.GetEnvironmentVariable("CCR_FIXTURES")!;
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, _) in Recordings.Index("gemini"))
        {
            var id = line.GetProperty("id").GetString()!;
            var model = line.GetProperty("model").GetString()!;
            if (line.GetProperty("status").GetInt32() != 200 || line.GetProperty("request").GetString() is not { } name)
            {
                continue;
            }

            var body = File.ReadAllBytes(Path.Combine(folder, name));
            if (body.AsSpan().TrimStart(" \r\n"u8).IsEmpty || !body.AsSpan().TrimStart(" \r\n"u8).StartsWith("{"u8))
            {
                continue;
            }

            count++;
            CanonicalRequest first;
            try
            {
                first = GeminiRequestDecoder.Decode(body, model, true);
            }
            catch (RequestFormatException e)
            {
                Assert.Fail($"{id}: {e.Message}");
                return;
            }

            var output = new ArrayBufferWriter<byte>();
            GeminiRequestEncoder.Encode(first, new("google", model), output, new());
            var again = GeminiRequestDecoder.Decode(output.WrittenMemory, model, true);
            if (RequestText.Of(first) != RequestText.Of(again))
            {
                wrong.Add($"{id}:\n{RequestText.Of(first)}\n=>\n{RequestText.Of(again)}");
            }
        }

        Assert.True(count > 100, $"only {count} requests");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong)}");
    }

    private static MessageReducer Decode(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        var sink = new MessageReducer();
        using var decoder = new GeminiStreamDecoder(sink, "recorded", "model");
        if (isWhole)
        {
            decoder.DecodeWhole(bytes);
        }
        else
        {
            decoder.Feed(bytes);
            decoder.Complete();
        }

        return sink;
    }

    private static void AssertSame(MessageReducer expected, MessageReducer actual, string id) => Assert.Equal(Describe(expected, id), Describe(actual, id));

    private static string Describe(MessageReducer message, string id) => string.Join(
        '\n',
        [id, $"failure {message.Failure}", message.Text, message.Reasoning, .. message.Calls.Select(c => $"{c.Id} {c.Name} {c.Arguments.Replace('\n', ' ')}"), $"{message.Stop}", $"{message.Counts}",
            string.Join(' ', message.Blocks), .. message.Signatures, .. message.ServerTools.Select(t => $"{t}"), .. message.Citations.Select(c => $"{c}")]);

    private static IEnumerable<(JsonElement Line, string File)> Answers() =>
        Recordings.Index("gemini").Where(r => r.Line.GetProperty("status").GetInt32() == 200 && !Recordings.HasError(r.Line.GetProperty("expected")) && !Recordings.IsBroken(r.Line));
}
