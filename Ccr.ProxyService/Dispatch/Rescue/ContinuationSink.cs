using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>
/// Writes the answer of a further attempt into the message that the client is reading: no second beginning, no second thinking in the middle of a text, the text fitted
/// to what was sent.
/// </summary>
internal sealed class ContinuationSink(ClientMessage message, ContinuedText? continued) : IMessageSink
{
    private bool _drops;
    private bool _isText;
    private TokenCounts _counts;

    // What the earlier attempts have used is part of the one answer.
    private readonly TokenCounts _before = message.Journal.Counts;

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
    }

    /// <inheritdoc/>
    public void BeginText() => _isText = true;

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        var fitted = continued is null ? escaped : continued.Take(escaped);
        if (!fitted.IsEmpty)
        {
            Write(fitted);
        }
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        if (message.Journal.IsInText)
        {
            message.Citation(citation);
        }
    }

    /// <inheritdoc/>
    public void BeginThinking()
    {
        // After text the client has no place for it.
        _drops = message.Journal.HasText;
        if (!_drops)
        {
            message.BeginThinking();
        }
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        if (!_drops)
        {
            message.Thinking(escaped);
        }
    }

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        if (!_drops)
        {
            message.Signature(escaped);
        }
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        if (!message.Journal.HasText)
        {
            message.RedactedThinking(escapedData);
        }
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        CloseText();
        message.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => message.ToolInput(escaped);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        CloseText();
        message.ServerTool(use);
    }

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (_drops)
        {
            _drops = false;
        }
        else if (_isText)
        {
            _isText = false;
            FinishText();
        }
        else
        {
            message.EndBlock();
        }
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts)
    {
        _counts = counts;
        message.Usage(counts with { Output = counts.Output + _before.Output, Reasoning = counts.Reasoning + _before.Reasoning });
    }

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        CloseText();
        if (message.Journal.IsInThinking)
        {
            message.EndBlock();
        }

        message.End(reason, escapedStopSequence);
    }

    /// <summary>Nothing: whether the client is told is for the dispatcher to decide.</summary>
    public void Error(ProviderError error)
    {
    }

    /// <inheritdoc/>
    public void Alive() => message.Alive();

    /// <summary>What this attempt alone has used.</summary>
    public TokenCounts Counts => _counts;

    private void FinishText()
    {
        var rest = continued is null ? default : continued.Finish();
        if (!rest.IsEmpty)
        {
            Write(rest);
        }

        if (message.Journal.IsInText)
        {
            message.EndBlock();
        }
    }

    private void CloseText()
    {
        _isText = false;
        FinishText();
    }

    private void Write(ReadOnlySpan<byte> escaped)
    {
        if (!message.Journal.IsInText)
        {
            message.BeginText();
        }

        message.Text(escaped);
    }
}
