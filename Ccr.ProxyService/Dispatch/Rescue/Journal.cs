using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>
/// What a client has got of an answer so far, so that another attempt can go on with it. Texts are kept escaped, in one buffer; a text delta costs a copy and no
/// allocation. Past its limit it keeps nothing more, and the answer can no longer be rescued.
/// </summary>
internal sealed class Journal(int limit) : IMessageSink, IDisposable
{
    private readonly List<Block> _blocks = [];
    private PooledWriter? _bytes = new(1024);
    private bool _isOpen;

    private enum Kind
    {
        Text,
        Thinking,
        Call,
        Other,
    }

    /// <summary>The provider's id of the answer.</summary>
    public byte[] AnswerId { get; private set; } = [];

    /// <summary>The newest token counts.</summary>
    public TokenCounts Counts { get; private set; }

    /// <summary>True when more came than may be kept.</summary>
    public bool IsOverfull { get; private set; }

    /// <summary>True while a text block is open.</summary>
    public bool IsInText => _isOpen && _blocks[^1].Kind == Kind.Text;

    /// <summary>True while a thinking block is open.</summary>
    public bool IsInThinking => _isOpen && _blocks[^1].Kind == Kind.Thinking;

    /// <summary>True while a call is open: its arguments are not complete.</summary>
    public bool IsInCall => _isOpen && _blocks[^1].Kind == Kind.Call;

    /// <summary>True when there is text that a continuation has to fit.</summary>
    public bool HasText => _blocks.Exists(static b => b.Kind == Kind.Text && b.Length > 0);

    /// <summary>True when a call is complete.</summary>
    public bool HasCall
    {
        get
        {
            for (var i = 0; i < _blocks.Count; i++)
            {
                if (_blocks[i].Kind == Kind.Call && (i < _blocks.Count - 1 || !_isOpen))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Characters of text, as a measure of what was written: about four make a token.</summary>
    public int Length => _bytes?.Written.Length ?? 0;

    /// <summary>All text so far, of all text blocks, escaped; in memory of its own.</summary>
    public byte[] Text()
    {
        var length = 0;
        foreach (var block in _blocks)
        {
            length += block.Kind == Kind.Text ? block.Length : 0;
        }

        var text = new byte[length];
        var at = 0;
        foreach (var block in _blocks)
        {
            if (block.Kind == Kind.Text)
            {
                _bytes!.Written.Span.Slice(block.Start, block.Length).CopyTo(text.AsSpan(at));
                at += block.Length;
            }
        }

        return text;
    }

    /// <summary>Forgets a call that is not complete: the client has not seen it.</summary>
    public void DropOpenCall()
    {
        if (IsInCall)
        {
            _blocks.RemoveAt(_blocks.Count - 1);
            _isOpen = false;
        }
    }

    /// <summary>Tells another sink everything, from the message's start to where it stands.</summary>
    public void Replay(IMessageSink sink)
    {
        sink.Start(AnswerId);
        sink.Usage(Counts);
        for (var i = 0; i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            var content = _bytes!.Written.Span.Slice(block.Start, block.Length);
            switch (block.Kind)
            {
                case Kind.Text:
                    sink.BeginText();
                    if (!content.IsEmpty)
                    {
                        sink.Text(content);
                    }

                    break;
                case Kind.Thinking:
                    sink.BeginThinking();
                    if (!content.IsEmpty)
                    {
                        sink.Thinking(content);
                    }

                    break;
                case Kind.Call:
                    sink.BeginToolUse(block.Id, block.Name);
                    if (!content.IsEmpty)
                    {
                        sink.ToolInput(content);
                    }

                    break;
                default:
                    // What else stood there is not repeated: it only has to be counted.
                    sink.RedactedThinking(default);
                    continue;
            }

            if (i < _blocks.Count - 1 || !_isOpen)
            {
                sink.EndBlock();
            }
        }
    }

    /// <summary>The content of the open call: its JSON text, escaped.</summary>
    public ReadOnlySpan<byte> OpenInput => _bytes!.Written.Span.Slice(_blocks[^1].Start, _blocks[^1].Length);

    /// <summary>The id of the open call.</summary>
    public ReadOnlySpan<byte> OpenId => _blocks[^1].Id;

    /// <summary>The name of the open call.</summary>
    public ReadOnlySpan<byte> OpenName => _blocks[^1].Name;

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => AnswerId = providerId.ToArray();

    /// <inheritdoc/>
    public void BeginText() => Begin(new(Kind.Text));

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => Add(escaped);

    /// <inheritdoc/>
    public void BeginThinking() => Begin(new(Kind.Thinking));

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => Add(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => Whole();

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
    }

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use) => Whole();

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => Begin(new(Kind.Call) { Id = id.ToArray(), Name = escapedName.ToArray() });

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => Add(escaped);

    /// <inheritdoc/>
    public void EndBlock() => _isOpen = false;

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => Counts = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => _isOpen = false;

    /// <inheritdoc/>
    public void Error(ProviderError error)
    {
    }

    /// <inheritdoc/>
    public void Alive()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bytes?.Dispose();
        _bytes = null;
    }

    private void Whole()
    {
        Begin(new(Kind.Other));
        _isOpen = false;
    }

    private void Begin(Block block)
    {
        block.Start = _bytes!.Written.Length;
        _blocks.Add(block);
        _isOpen = true;
    }

    private void Add(ReadOnlySpan<byte> escaped)
    {
        // A call is always kept whole: it is given to the client from here.
        if (IsOverfull || (_bytes!.Written.Length + escaped.Length > limit && !IsInCall))
        {
            IsOverfull = true;
            if (!IsInCall)
            {
                return;
            }
        }

        escaped.CopyTo(_bytes!.GetSpan(escaped.Length));
        _bytes.Advance(escaped.Length);
        _blocks[^1].Length += escaped.Length;
    }

    private sealed class Block(Kind kind)
    {
        public Kind Kind { get; } = kind;

        public byte[] Id { get; init; } = [];

        public byte[] Name { get; init; } = [];

        public int Start { get; set; }

        public int Length { get; set; }
    }
}
