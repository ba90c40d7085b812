using System.Buffers;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Turns the reasoning that some models write into their text, between tags at the very start, into a thinking block. The tags may be cut anywhere between
/// two pieces; blanks around them are dropped; the same tags later in the message are text.
/// </summary>
public sealed class ThinkTagSink : IMessageSink
{
    private readonly IMessageSink _next;
    private readonly EscapedMatcher _openTag;
    private readonly EscapedMatcher _closeTag;
    private readonly ArrayBufferWriter<byte> _blanks = new(16);
    private readonly bool _implicitOpen;
    private State _state = State.Undecided;
    private bool _isText;
    private bool _hasBegun;

    /// <summary>
    /// Hands on to a sink. With <paramref name="implicitOpen"/> the first tag may be missing, for models whose template writes it into the prompt: then
    /// everything up to the closing tag is reasoning, and everything if that never comes.
    /// </summary>
    public ThinkTagSink(IMessageSink next, string open = "<think>", string close = "</think>", bool implicitOpen = false)
    {
        _next = next;
        _openTag = new([EscapedText.From(open)]);
        _closeTag = new([EscapedText.From(close)]);
        _implicitOpen = implicitOpen;
    }

    private enum State
    {
        /// <summary>The message begins: a tag may come.</summary>
        Undecided,

        /// <summary>After the opening tag.</summary>
        Inside,

        /// <summary>After the closing tag, only blanks so far.</summary>
        AfterClose,

        /// <summary>Everything is text.</summary>
        Outside,
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => _next.Start(providerId);

    /// <summary>Waits for the first piece, which tells what block it is.</summary>
    public void BeginText()
    {
        _isText = true;
        _hasBegun = false;
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        if (_state == State.Undecided)
        {
            escaped = Decide(escaped);
        }

        if (_state == State.Inside)
        {
            escaped = Think(escaped);
        }

        if (_state == State.AfterClose)
        {
            escaped = escaped[LeadingBlanks(escaped)..];
            _state = escaped.IsEmpty ? _state : State.Outside;
        }

        if (_state == State.Outside)
        {
            WriteText(escaped);
        }
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        if (_state is State.Inside or State.Undecided)
        {
            // There is no text that it could belong to.
            return;
        }

        Begin(isThinking: false);
        _next.Citation(citation);
    }

    /// <inheritdoc/>
    public void BeginThinking()
    {
        // The provider tells reasoning and text apart itself.
        _state = State.Outside;
        _next.BeginThinking();
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => _next.Thinking(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped) => _next.Signature(escaped);

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        _state = State.Outside;
        _next.RedactedThinking(escapedData);
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _state = State.Outside;
        _next.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => _next.ToolInput(escaped);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use) => _next.ServerTool(use);

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (!_isText)
        {
            _next.EndBlock();
            return;
        }

        _isText = false;
        var state = _state;
        _state = State.Outside;
        if (state == State.Inside)
        {
            WriteThinking(_closeTag.Held);
        }
        else if (state == State.Undecided)
        {
            WriteHeldText();
        }

        if (_hasBegun)
        {
            _next.EndBlock();
        }
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _next.Usage(counts);

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => _next.End(reason, escapedStopSequence);

    /// <inheritdoc/>
    public void Error(ProviderError error) => _next.Error(error);

    /// <inheritdoc/>
    public void Alive() => _next.Alive();

    /// <summary>The message begins: the opening tag, or something else. Returns what is still to be handed on.</summary>
    private ReadOnlySpan<byte> Decide(ReadOnlySpan<byte> escaped)
    {
        if (_openTag.Held.IsEmpty)
        {
            var blanks = LeadingBlanks(escaped);
            _blanks.Write(escaped[..blanks]);
            escaped = escaped[blanks..];
        }

        if (escaped.IsEmpty)
        {
            return escaped;
        }

        var found = _openTag.Scan(escaped, out var fromHeld, out var fromPiece, out var next);
        if (fromHeld == 0 && fromPiece == 0)
        {
            if (found < 0)
            {
                _openTag.Keep(escaped, 0, 0);
                return default;
            }

            _state = State.Inside;
            return escaped[next..];
        }

        // Something stands before any tag.
        _state = _implicitOpen ? State.Inside : State.Outside;
        if (_implicitOpen)
        {
            Think(_openTag.Held);
        }
        else
        {
            WriteHeldText();
        }

        return escaped;
    }

    /// <summary>Inside the tags. Returns what follows the closing one.</summary>
    private ReadOnlySpan<byte> Think(ReadOnlySpan<byte> escaped)
    {
        if (!_hasBegun && _closeTag.Held.IsEmpty)
        {
            escaped = escaped[LeadingBlanks(escaped)..];
        }

        var found = _closeTag.Scan(escaped, out var fromHeld, out var fromPiece, out var next);
        WriteThinking(_closeTag.Held[..fromHeld]);
        WriteThinking(escaped[..fromPiece]);
        if (found < 0)
        {
            _closeTag.Keep(escaped, fromHeld, fromPiece);
            return default;
        }

        if (_hasBegun)
        {
            _next.EndBlock();
        }

        _hasBegun = false;
        _state = State.AfterClose;
        return escaped[next..];
    }

    private void WriteHeldText()
    {
        WriteText(_blanks.WrittenSpan);
        WriteText(_openTag.Held);
    }

    private void WriteThinking(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            Begin(isThinking: true);
            _next.Thinking(escaped);
        }
    }

    private void WriteText(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            Begin(isThinking: false);
            _next.Text(escaped);
        }
    }

    private void Begin(bool isThinking)
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;
        if (isThinking)
        {
            _next.BeginThinking();
        }
        else
        {
            _next.BeginText();
        }
    }

    private static int LeadingBlanks(ReadOnlySpan<byte> escaped)
    {
        var i = 0;
        while (i < escaped.Length)
        {
            if (escaped[i] == ' ')
            {
                i++;
            }
            else if (escaped[i] == '\\' && i + 1 < escaped.Length && escaped[i + 1] is (byte)'n' or (byte)'r' or (byte)'t')
            {
                i += 2;
            }
            else
            {
                break;
            }
        }

        return i;
    }
}
