using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>A tap that decodes the answer as a translation would, and throws the words away, or notes them in a journal.</summary>
internal sealed class DecodingTap : IMessageSink, IAnswerTap
{
    private const int LongestWords = 256;

    private readonly IAnswerDecoder _decoder;

    private readonly IMessageSink? _journal;
    private readonly byte[] _words = new byte[LongestWords];
    private RecurringFrame _recurring;
    private int _calls;
    private int _length;
    private bool _isThinking;

    /// <summary>Watches through a decoder, which is made for this sink, and tells a journal, where there is one.</summary>
    public DecodingTap(Func<IMessageSink, IAnswerDecoder> decoder, IMessageSink? journal = null)
    {
        _journal = journal;
        _decoder = decoder(this);
    }

    /// <inheritdoc/>
    public bool HasContent { get; private set; }

    /// <inheritdoc/>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public ProviderError? Error { get; private set; }

    /// <inheritdoc/>
    public int ToolCalls { get; private set; }

    /// <inheritdoc/>
    public TokenCounts Usage { get; private set; }

    /// <inheritdoc/>
    public string? StopReason { get; private set; }

    /// <inheritdoc/>
    public string AnswerId { get; private set; } = "";

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> piece) => _decoder.Feed(piece);

    /// <summary>Watches the next event of a stream, from its first byte to the last of its empty line.</summary>
    public void FeedFrame(ReadOnlySpan<byte> frame)
    {
        if (_recurring.TryMatch(frame, out var words))
        {
            // What the decoder would do is what it did with the last one: hand on the words.
            if (_recurring.IsThinking)
            {
                _journal?.Thinking(words);
            }
            else
            {
                _journal?.Text(words);
            }

            return;
        }

        // Any other event may change what the decoder would do with the next words.
        _recurring = default;
        _calls = _length = 0;
        _decoder.Feed(frame);
        if (_calls == 1 && _length > 0)
        {
            _recurring.Learn(frame, _words.AsSpan(0, _length), _isThinking);
        }
    }

    /// <inheritdoc/>
    public void Complete() => _decoder.Complete();

    /// <inheritdoc/>
    public void ReadWhole(ReadOnlySpan<byte> json) => _decoder.DecodeWhole(json);

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    void IMessageSink.Start(ReadOnlySpan<byte> providerId)
    {
        _calls++;
        AnswerId = System.Text.Encoding.UTF8.GetString(providerId);
        _journal?.Start(providerId);
    }

    void IMessageSink.BeginText()
    {
        _calls++;
        _journal?.BeginText();
    }

    void IMessageSink.Text(ReadOnlySpan<byte> escaped)
    {
        HasContent = true;
        Note(escaped, isThinking: false);
        _journal?.Text(escaped);
    }

    void IMessageSink.Citation(in Citation citation) => _calls++;

    void IMessageSink.BeginThinking()
    {
        _calls++;
        _journal?.BeginThinking();
    }

    void IMessageSink.Thinking(ReadOnlySpan<byte> escaped)
    {
        HasContent = true;
        Note(escaped, isThinking: true);
        _journal?.Thinking(escaped);
    }

    void IMessageSink.Signature(ReadOnlySpan<byte> escaped) => _calls++;

    void IMessageSink.RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        _calls++;
        _journal?.RedactedThinking(escapedData);
    }

    void IMessageSink.BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _calls++;
        HasContent = true;
        ToolCalls++;
        _journal?.BeginToolUse(id, escapedName);
    }

    void IMessageSink.ToolInput(ReadOnlySpan<byte> escaped)
    {
        _calls++;
        _journal?.ToolInput(escaped);
    }

    void IMessageSink.ServerTool(in ServerToolUse use)
    {
        _calls++;
        HasContent = true;
        _journal?.ServerTool(use);
    }

    void IMessageSink.EndBlock()
    {
        _calls++;
        _journal?.EndBlock();
    }

    void IMessageSink.Usage(in TokenCounts counts)
    {
        _calls++;
        Usage = counts;
        _journal?.Usage(counts);
    }

    void IMessageSink.End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        _calls++;
        StopReason = AnthropicWords.Stop(reason);
        IsComplete = true;
        HasContent = true;
        _journal?.End(reason, escapedStopSequence);
    }

    void IMessageSink.Error(ProviderError error)
    {
        _calls++;
        Error = error;
    }

    void IMessageSink.Alive() => _calls++;

    private void Note(ReadOnlySpan<byte> words, bool isThinking)
    {
        if (++_calls == 1 && words.Length <= LongestWords)
        {
            words.CopyTo(_words);
            (_length, _isThinking) = (words.Length, isThinking);
        }
    }
}
