using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Words that the stream and the whole completion write alike: usage and the reason for stopping.</summary>
internal static class ChatUsage
{
    /// <summary>The usage object.</summary>
    public static void Write(RawJsonWriter json, in TokenCounts counts)
    {
        json.Raw("{\"prompt_tokens\":"u8);
        json.Number(counts.Input);
        json.Raw(",\"completion_tokens\":"u8);
        json.Number(counts.Output);
        json.Raw(",\"total_tokens\":"u8);
        json.Number(counts.Input + counts.Output);
        json.Raw(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        json.Number(counts.CacheRead);
        if (counts.CacheWrite > 0)
        {
            json.Raw(",\"cache_write_tokens\":"u8);
            json.Number(counts.CacheWrite);
        }

        json.Raw("},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        json.Number(Math.Min(counts.Reasoning, counts.Output));
        json.Raw("}}"u8);
    }

    /// <summary>
    /// The reason for stopping, one of the words that every client knows (P138, P201; an unknown one makes opencode ask again without end).
    /// The limit and the filter outrank calls (P30), calls outrank the rest.
    /// </summary>
    public static ReadOnlySpan<byte> Word(StopReason reason, bool hasCalls) => reason switch
    {
        StopReason.MaxTokens or StopReason.ContextWindowExceeded => "length"u8,
        StopReason.Refusal => "content_filter"u8,
        _ => hasCalls ? "tool_calls"u8 : "stop"u8,
    };
}
