using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Modes;

/// <summary>
/// What an answer said, gathered from the bytes that go to the client: its text, and the names of the tools it calls. Only in mode compare; never throws, so that the
/// answer itself is not touched by it.
/// </summary>
internal sealed class AnswerDigest : IMessageSink, IDisposable
{
    private const int MostText = 1024 * 1024;
    private const int MostDocument = 4 * 1024 * 1024;

    private readonly IAnswerDecoder _decoder;
    private readonly ArrayBufferWriter<byte>? _document;
    private readonly ArrayBufferWriter<byte> _text = new(1024);
    private readonly List<string> _tools = [];
    private bool _isUnreadable;
    private bool _isComplete;

    /// <summary>Reads the answer to a call.</summary>
    public AnswerDigest(ProxyCall call)
    {
        var dialect = call.Client.Dialect;
        _decoder = ProviderDialect.Of(dialect).Decoder(this, "the answer", call.RequestedModel, null);
        _document = call.Stream ? null : new ArrayBufferWriter<byte>(4096);

        // One long JSON array is neither a stream of events nor an answer.
        _isUnreadable = dialect == Dialect.Gemini && GeminiClient.WantsArray(call);
    }

    /// <summary>The text; null when the answer was not read to its end, or is longer than a mebibyte.</summary>
    public string? Text { get; private set; }

    /// <summary>The names of the tools it calls, in order; null when the answer was not read to its end.</summary>
    public IReadOnlyList<string>? Tools { get; private set; }

    /// <summary>Reads the next piece.</summary>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        if (_isUnreadable || _isComplete)
        {
            return;
        }

        try
        {
            if (_document is null)
            {
                _decoder.Feed(piece);
            }
            else if (_document.WrittenCount + piece.Length <= MostDocument)
            {
                _document.Write(piece);
            }
            else
            {
                _isUnreadable = true;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a decoder stumbles over must not reach the client whose answer this is.
            _isUnreadable = true;
        }
    }

    /// <summary>The answer is over.</summary>
    public void Complete()
    {
        try
        {
            if (_document is not null && !_isUnreadable)
            {
                _decoder.DecodeWhole(_document.WrittenSpan);
            }
            else if (!_isUnreadable && !_isComplete)
            {
                // Gemini's streams have no other end than this.
                _decoder.Complete();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _isUnreadable = true;
        }

        if (_isComplete && !_isUnreadable)
        {
            Text = EscapedText.Unescape(_text.WrittenSpan);
            Tools = _tools;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    void IMessageSink.Text(ReadOnlySpan<byte> escaped)
    {
        if (_text.WrittenCount + escaped.Length > MostText)
        {
            _isUnreadable = true;
            return;
        }

        _text.Write(escaped);
    }

    void IMessageSink.BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => _tools.Add(EscapedText.Unescape(escapedName));

    void IMessageSink.End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => _isComplete = true;

    void IMessageSink.Error(ProviderError error) => _isUnreadable = true;

    void IMessageSink.Start(ReadOnlySpan<byte> providerId)
    {
    }

    void IMessageSink.BeginText()
    {
    }

    void IMessageSink.Citation(in Citation citation)
    {
    }

    void IMessageSink.BeginThinking()
    {
    }

    void IMessageSink.Thinking(ReadOnlySpan<byte> escaped)
    {
    }

    void IMessageSink.Signature(ReadOnlySpan<byte> escaped)
    {
    }

    void IMessageSink.RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
    }

    void IMessageSink.ToolInput(ReadOnlySpan<byte> escaped)
    {
    }

    void IMessageSink.ServerTool(in ServerToolUse use)
    {
    }

    void IMessageSink.EndBlock()
    {
    }

    void IMessageSink.Usage(in TokenCounts counts)
    {
    }

    void IMessageSink.Alive()
    {
    }
}
