using Ccr.Protocols.Anthropic;
using Ccr.Protocols.OpenAIChat;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols;

/// <summary>Plays the recorded answers of real providers through the decoders and compares with what each must yield.</summary>
public class RecordingsTests
{
    [NeedsFact("fixtures")]
    public void Recorded_chat_answers_yield_the_expected_message()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, file) in Recordings.Index("openai-chat"))
        {
            var expected = line.GetProperty("expected");
            if (line.GetProperty("status").GetInt32() != 200 || Recordings.HasError(expected) || Recordings.IsBroken(line))
            {
                continue;
            }

            count++;
            var id = line.GetProperty("id").GetString()!;
            var sink = new MessageReducer();
            using var decoder = new ChatStreamDecoder(sink, "recorded");
            Recordings.Play(line, file, decoder);
            if (Recordings.Differs(sink, expected) is { } difference)
            {
                wrong.Add($"{id}: {difference}");
            }
        }

        Assert.True(count > 700, $"only {count} recordings were played");

        // Known: two that drop blank text between calls on purpose, two legacy function calls that the expectation leaves out.
        Assert.True(wrong.Count <= 4, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong)}");
    }

    [NeedsFact("fixtures")]
    public void Recorded_anthropic_answers_are_tapped_for_their_end_and_their_usage()
    {
        var wrong = new List<string>();
        foreach (var (line, file) in Recordings.Index("anthropic-messages"))
        {
            var expected = line.GetProperty("expected");
            if (line.GetProperty("status").GetInt32() != 200 || Recordings.HasError(expected) || Recordings.IsBroken(line))
            {
                continue;
            }

            using var tap = new AnthropicStreamTap("recorded");
            var bytes = File.ReadAllBytes(file);
            if (line.GetProperty("stream").GetBoolean())
            {
                foreach (var b in bytes)
                {
                    tap.Feed([b]);
                }

                tap.Complete();
            }
            else
            {
                tap.ReadWhole(bytes);
            }

            var usage = expected.GetProperty("usage");
            if (!tap.IsComplete || tap.Error is not null || tap.Usage.Input != Recordings.Number(usage, "inputTotal") || tap.Usage.Output != Recordings.Number(usage, "output"))
            {
                wrong.Add($"{line.GetProperty("id")}: complete {tap.IsComplete}, {tap.Error?.Message}, {tap.Usage}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
