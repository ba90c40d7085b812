using Ccr.Protocols.Canonical;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Anthropic's words, as records and logs use them.</summary>
internal static class AnthropicWords
{
    /// <summary>A stop reason.</summary>
    public static string Stop(StopReason reason) => reason switch
    {
        StopReason.MaxTokens => "max_tokens",
        StopReason.StopSequence => "stop_sequence",
        StopReason.ToolUse => "tool_use",
        StopReason.Refusal => "refusal",
        StopReason.PauseTurn => "pause_turn",
        StopReason.ContextWindowExceeded => "model_context_window_exceeded",
        _ => "end_turn",
    };
}
