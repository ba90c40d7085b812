using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols;

/// <summary>The recorded answers of real providers in the folder that CCR_FIXTURES names, and what each must yield.</summary>
internal static class Recordings
{
    /// <summary>Feeds a recording in pieces of pseudo-random sizes, or whole when it is no stream.</summary>
    public static void Play(JsonElement line, string file, IAnswerDecoder decoder)
    {
        var bytes = File.ReadAllBytes(file);
        if (!line.GetProperty("stream").GetBoolean())
        {
            decoder.DecodeWhole(bytes);
            return;
        }

        var random = new Random(bytes.Length);
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(random.Next(1, 700), bytes.Length - at);
            decoder.Feed(bytes.AsSpan(at, size));
            at += size;
        }

        decoder.Complete();
    }

    public static IEnumerable<(JsonElement Line, string File)> Index(string protocol)
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

    public static bool IsBroken(JsonElement line) =>
        line.GetProperty("tags").EnumerateArray().Any(t => t.GetString() is "cut_off" or "no_message_stop" or "truncated_stream" or "multi_message" or "sse_unterminated");

    public static string? Differs(MessageReducer message, JsonElement expected)
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

    public static bool HasError(JsonElement expected) => expected.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;

    public static long Number(JsonElement usage, string name) => usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? (long)value.GetDouble() : 0;

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
