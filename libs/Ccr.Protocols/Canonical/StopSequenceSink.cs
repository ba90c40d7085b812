using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Keeps a client's stop sequences for providers that have no such parameter: hands a message on until one of them appears in a text, cuts the text before
/// it and ends the message. What could be the beginning of one waits for the next piece. After that nothing is handed on any more.
/// </summary>
public sealed class StopSequenceSink(IMessageSink next, IReadOnlyList<EscapedText> sequences) : IMessageSink
{
    private readonly EscapedMatcher _matcher = new(sequences);
    private TokenCounts _usage;
    private bool _isText;
    private bool _hasBegun;

    /// <summary>True once a sequence was found: the provider need not go on.</summary>
    public bool Stopped { get; private set; }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => next.Start(providerId);

    /// <summary>Waits for the first piece: a text may be nothing but a stop sequence.</summary>
    public void BeginText()
    {
        _isText = true;
        _hasBegun = false;
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        if (Stopped)
        {
            return;
        }

        var found = _matcher.Scan(escaped, out var fromHeld, out var fromPiece, out _);
        HandOn(_matcher.Held[..fromHeld]);
        HandOn(escaped[..fromPiece]);
        if (found < 0)
        {
            _matcher.Keep(escaped, fromHeld, fromPiece);
            return;
        }

        if (_hasBegun)
        {
            next.EndBlock();
        }

        Stopped = true;
        next.Usage(_usage);
        next.End(StopReason.StopSequence, sequences[found].Span);
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        if (!Stopped)
        {
            Begin();
            next.Citation(citation);
        }
    }

    /// <inheritdoc/>
    public void BeginThinking()
    {
        if (!Stopped)
        {
            next.BeginThinking();
        }
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        if (!Stopped)
        {
            next.Thinking(escaped);
        }
    }

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        if (!Stopped)
        {
            next.Signature(escaped);
        }
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        if (!Stopped)
        {
            next.RedactedThinking(escapedData);
        }
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        if (!Stopped)
        {
            next.BeginToolUse(id, escapedName);
        }
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped)
    {
        if (!Stopped)
        {
            next.ToolInput(escaped);
        }
    }

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        if (!Stopped)
        {
            next.ServerTool(use);
        }
    }

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (Stopped)
        {
            return;
        }

        if (_isText)
        {
            // The text is over: what was held is no stop sequence.
            HandOn(_matcher.Held);
            _matcher.Reset();
            Begin();
            _isText = false;
        }

        next.EndBlock();
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts)
    {
        _usage = counts;
        if (!Stopped)
        {
            next.Usage(counts);
        }
    }

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        if (!Stopped)
        {
            next.End(reason, escapedStopSequence);
        }
    }

    /// <inheritdoc/>
    public void Error(ProviderError error)
    {
        if (!Stopped)
        {
            next.Error(error);
        }
    }

    /// <inheritdoc/>
    public void Alive()
    {
        if (!Stopped)
        {
            next.Alive();
        }
    }

    private void HandOn(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            Begin();
            next.Text(escaped);
        }
    }

    private void Begin()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            next.BeginText();
        }
    }
}
