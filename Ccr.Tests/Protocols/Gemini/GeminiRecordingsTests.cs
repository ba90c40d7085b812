using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols.Gemini;

public class GeminiRecordingsTests
{
    [NeedsFact("fixtures")]
    public void Recorded_gemini_answers_yield_the_expected_message()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, file) in Recordings.Index("gemini"))
        {
            var expected = line.GetProperty("expected");
            if (line.GetProperty("status").GetInt32() != 200 || Recordings.HasError(expected) || Recordings.IsBroken(line))
            {
                continue;
            }

            count++;
            var id = line.GetProperty("id").GetString()!;
            var sink = new MessageReducer();
            using var decoder = new GeminiStreamDecoder(sink, "recorded", "model");
            Recordings.Play(line, file, decoder);
            if (Recordings.Differs(sink, expected) is { } difference)
            {
                wrong.Add($"{id}: {difference}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong)}");
    }
}
