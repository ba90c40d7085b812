using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>What is known of the prompts of Claude Code and must be treated alike in every dialect.</summary>
internal static class ClaudeCodePrompt
{
    /// <summary>Why the billing header does not go to other providers.</summary>
    public const string BillingHeaderReason = "Claude Code's billing header means nothing to other providers, and it differs between conversations, which spoils prompt caches.";

    /// <summary>Whether an instruction is the billing header that Claude Code puts before its prompt.</summary>
    public static bool IsBillingHeader(ReadOnlySpan<byte> escaped) => escaped.StartsWith("x-anthropic-billing-header:"u8);

    /// <summary>An instruction as part of the person's turn, marked the way Claude Code marks its own.</summary>
    public static EscapedText Reminder(EscapedText text)
    {
        var open = "<system-reminder>\\n"u8;
        var close = "\\n</system-reminder>"u8;
        var bytes = new byte[open.Length + text.Span.Length + close.Length];
        open.CopyTo(bytes);
        text.Span.CopyTo(bytes.AsSpan(open.Length));
        close.CopyTo(bytes.AsSpan(open.Length + text.Span.Length));
        return new(bytes);
    }
}
