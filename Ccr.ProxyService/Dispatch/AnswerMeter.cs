using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Stands between a provider's decoder and the client's encoder: notes the first content, the usage and how it ended, and keeps an error away from the client, whom another
/// attempt may still answer.
/// </summary>
internal sealed class AnswerMeter(IMessageSink next) : IMessageSink
{
    /// <summary>True once anything came that only this answer could have said.</summary>
    public bool HasContent { get; private set; }

    /// <summary>True once the message ended as its protocol demands.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The failure, if there was one.</summary>
    public ProviderError? Failure { get; private set; }

    /// <summary>How many calls of the client's tools it holds so far.</summary>
    public int ToolCalls { get; private set; }

    /// <summary>The newest token counts.</summary>
    public TokenCounts Counts { get; private set; }

    /// <summary>Why the model stopped; null while it has not.</summary>
    public StopReason? Stop { get; private set; }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => next.Start(providerId);

    /// <inheritdoc/>
    public void BeginText() => next.BeginText();

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        HasContent = true;
        next.Text(escaped);
    }

    /// <inheritdoc/>
    public void BeginThinking() => next.BeginThinking();

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        HasContent = true;
        next.Thinking(escaped);
    }

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped) => next.Signature(escaped);

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => next.RedactedThinking(escapedData);

    /// <inheritdoc/>
    public void Citation(in Citation citation) => next.Citation(citation);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        HasContent = true;
        next.ServerTool(use);
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        HasContent = true;
        ToolCalls++;
        next.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => next.ToolInput(escaped);

    /// <inheritdoc/>
    public void EndBlock() => next.EndBlock();

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts)
    {
        Counts = counts;
        next.Usage(counts);
    }

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        Stop = reason;
        IsComplete = true;
        HasContent = true;
        next.End(reason, escapedStopSequence);
    }

    /// <inheritdoc/>
    public void Error(ProviderError error) => Failure = error;

    /// <summary>Not handed on: whether the client needs a sign of life is seen from its own side.</summary>
    public void Alive()
    {
    }
}
