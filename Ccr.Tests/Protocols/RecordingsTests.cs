using System.Text.Json;
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
        foreach (var (line, file) in Index("openai-chat"))
        {
            var expected = line.GetProperty("expected");
            if (line.GetProperty("status").GetInt32() != 200 || HasError(expected) || IsBroken(line))
            {
                continue;
            }

            count++;
            var id = line.GetProperty("id").GetString()!;
            var sink = new MessageReducer();
            using var decoder = new ChatStreamDecoder(sink, "recorded");
            var bytes = File.ReadAllBytes(file);
            if (line.GetProperty("stream").GetBoolean())
            {
                var random = new Random(id.Length + bytes.Length);
                for (var at = 0; at < bytes.Length;)
                {
                    var size = Math.Min(random.Next(1, 700), bytes.Length - at);
                    decoder.Feed(bytes.AsSpan(at, size));
                    at += size;
                }

                decoder.Complete();
            }
            else
            {
                decoder.DecodeWhole(bytes);
            }

            if (Differs(sink, expected) is { } difference)
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
        foreach (var (line, file) in Index("anthropic-messages"))
        {
            var expected = line.GetProperty("expected");
            if (line.GetProperty("status").GetInt32() != 200 || HasError(expected) || IsBroken(line))
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
            if (!tap.IsComplete || tap.Error is not null || tap.Usage.Input != Number(usage, "inputTotal") || tap.Usage.Output != Number(usage, "output"))
            {
                wrong.Add($"{line.GetProperty("id")}: complete {tap.IsComplete}, {tap.Error?.Message}, {tap.Usage}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<(JsonElement Line, string File)> Index(string protocol)
    {
        var folder = Environment.GetEnvironmentVariable("CCR_FIXTURES")!;
        foreach (var text in File.ReadLines(Path.Combine(folder, "index.jsonl")))
        {
            var line = JsonDocument.Parse(text).RootElement;
            if (line.GetProperty("protocol").GetString() == protocol)
            {
                yield return (line, Path.Combine(folder, line.GetProperty("file").GetString()!));
            }
        }
    }

    private static bool IsBroken(JsonElement line) =>
        line.GetProperty("tags").EnumerateArray().Any(t => t.GetString() is "cut_off" or "no_message_stop" or "truncated_stream" or "multi_message" or "sse_unterminated");

    private static string? Differs(MessageReducer message, JsonElement expected)
    {
        if (message.Failure is { } failure)
        {
            return "failed: " + failure.Message;
        }

        // A refusal is shown as text.
        var text = expected.GetProperty("text").GetString();
        var refusal = expected.TryGetProperty("refusal", out var refused) ? refused.GetString() : null;
        if (message.Text != text && message.Text != text + refusal)
        {
            return $"text: {message.Text}";
        }

        if (expected.TryGetProperty("reasoning", out var r) && r.GetString() is { Length: > 0 } reasoning && message.Reasoning != reasoning)
        {
            return "reasoning";
        }

        var calls = expected.GetProperty("toolCalls").EnumerateArray().Where(c => !c.TryGetProperty("partial", out _)).ToList();
        if (calls.Count != message.Calls.Count)
        {
            return $"{message.Calls.Count} calls instead of {calls.Count}";
        }

        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i].TryGetProperty("name", out var name) && name.GetString() != message.Calls[i].Name)
            {
                return "name";
            }

            if (calls[i].TryGetProperty("arguments", out var arguments) && Normal(arguments) != Normal(message.Calls[i].Arguments))
            {
                return $"arguments {message.Calls[i].Arguments}";
            }
        }

        return expected.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object && (Number(usage, "inputTotal") != message.Counts.Input || Number(usage, "output") != message.Counts.Output || Number(usage, "cacheRead") != message.Counts.CacheRead)
            ? $"usage {message.Counts}" : null;
    }

    private static bool HasError(JsonElement expected) => expected.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;

    private static long Number(JsonElement usage, string name) => usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? (long)value.GetDouble() : 0;

    private static string Normal(JsonElement arguments) => arguments.ValueKind == JsonValueKind.String ? Normal(arguments.GetString()!) : Normal(arguments.GetRawText());

    private static string Normal(string arguments)
    {
        try
        {
            return JsonSerializer.Serialize(JsonDocument.Parse(arguments is "" or "null" ? "{}" : arguments).RootElement);
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}
