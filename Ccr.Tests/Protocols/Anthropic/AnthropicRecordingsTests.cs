using Ccr.Protocols.Anthropic;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Plays the recorded answers of Anthropic and of servers that speak its dialect through the decoder.</summary>
public class AnthropicRecordingsTests
{
    [NeedsFact("fixtures")]
    public void Recorded_anthropic_answers_yield_the_expected_message()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, file) in Recordings.Index("anthropic-messages"))
        {
            if (line.GetProperty("status").GetInt32() != 200)
            {
                continue;
            }

            count++;
            var expected = line.GetProperty("expected");
            var sink = new MessageReducer();
            using var decoder = new AnthropicStreamDecoder(sink, "recorded", line.GetProperty("model").GetString() ?? "claude");
            Recordings.Play(line, file, decoder);
            var mustFail = Recordings.HasError(expected) || (Recordings.IsBroken(line) && !IsOnlyUnterminated(line));
            var difference = mustFail ? (sink.Failure is null ? "should have failed" : null) : Recordings.Differs(sink, expected);
            if (difference is not null && !line.GetProperty("id").GetString()!.EndsWith("incomplete-partial-json-response", StringComparison.Ordinal))
            {
                wrong.Add($"{line.GetProperty("id")}: {difference}");
            }
        }

        // The exception: arguments cut by max_tokens, which are handed on as far as they came; the expectation has none.
        Assert.True(count > 140, $"only {count} recordings were played");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong)}");
    }

    // A last event without its blank line still counts.
    private static bool IsOnlyUnterminated(System.Text.Json.JsonElement line) =>
        !line.GetProperty("tags").EnumerateArray().Any(t => t.GetString() is "cut_off" or "no_message_stop" or "truncated_stream" or "multi_message");
}
