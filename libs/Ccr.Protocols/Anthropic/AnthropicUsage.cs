using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>Anthropic's usage object: input_tokens are the uncached ones only.</summary>
internal static class AnthropicUsage
{
    /// <summary>Writes the whole object.</summary>
    public static void Write(RawJsonWriter json, in TokenCounts counts)
    {
        json.Raw("{\"input_tokens\":"u8);
        json.Number(counts.UncachedInput);
        json.Raw(",\"cache_creation_input_tokens\":"u8);
        json.Number(counts.CacheWrite);
        json.Raw(",\"cache_read_input_tokens\":"u8);
        json.Number(counts.CacheRead);
        if (counts.CacheWriteHour > 0)
        {
            json.Raw(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":"u8);
            json.Number(Math.Max(0, counts.CacheWrite - counts.CacheWriteHour));
            json.Raw(",\"ephemeral_1h_input_tokens\":"u8);
            json.Number(counts.CacheWriteHour);
            json.Raw("}"u8);
        }

        json.Raw(",\"output_tokens\":"u8);
        json.Number(counts.Output);
        if (counts.Reasoning > 0)
        {
            json.Raw(",\"output_tokens_details\":{\"thinking_tokens\":"u8);
            json.Number(counts.Reasoning);
            json.Raw("}"u8);
        }

        if (counts.WebSearches > 0)
        {
            json.Raw(",\"server_tool_use\":{\"web_search_requests\":"u8);
            json.Number(counts.WebSearches);
            json.Raw(",\"web_fetch_requests\":0}"u8);
        }

        json.Raw("}"u8);
    }

    /// <summary>Anthropic's word for a stop reason.</summary>
    public static ReadOnlySpan<byte> Word(StopReason reason) => reason switch
    {
        StopReason.MaxTokens => "max_tokens"u8,
        StopReason.StopSequence => "stop_sequence"u8,
        StopReason.ToolUse => "tool_use"u8,
        StopReason.Refusal => "refusal"u8,
        StopReason.PauseTurn => "pause_turn"u8,
        StopReason.ContextWindowExceeded => "model_context_window_exceeded"u8,
        _ => "end_turn"u8,
    };
}
