using System.Buffers;
using Ccr.ProxyService.Providers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>The body of an answer, and what it is.</summary>
internal sealed class AnswerReader(HttpResponseMessage response, AttemptClock clock) : IDisposable
{
    // Small, because every open stream holds one; an empty read first would hold none but costs a system call for every event.
    private const int ReadSize = 4 * 1024;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
    private Stream? _stream;
    private int _ahead;

    /// <summary>True when the answer is a stream of events. Known after <see cref="OpenAsync"/>.</summary>
    public bool IsEventStream { get; private set; }

    /// <summary>Opens the body and reads its first bytes, because types do not always say what it is.</summary>
    public async Task OpenAsync()
    {
        _stream = await response.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false);
        bool? looks = null;
        while (looks is null && _ahead < _buffer!.Length)
        {
            var read = await _stream.ReadAsync(_buffer.AsMemory(_ahead), clock.Token).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            clock.Touch();
            _ahead += read;
            looks = AnswerForm.LooksLikeEvents(_buffer.AsSpan(0, _ahead));
        }

        // A type that says events is believed unless the bytes are plainly a document.
        IsEventStream = AnswerForm.IsEventStream(response.Content.Headers.ContentType) ? !AnswerForm.LooksLikeDocument(_buffer.AsSpan(0, _ahead)) : looks == true;
    }

    /// <summary>The next piece of the body; empty at its end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (_ahead > 0)
        {
            var first = _buffer.AsMemory(0, _ahead);
            _ahead = 0;
            return first;
        }

        var read = await _stream!.ReadAsync(_buffer, clock.Token).ConfigureAwait(false);
        if (read > 0)
        {
            clock.Touch();
        }

        return _buffer.AsMemory(0, read);
    }

    /// <summary>The whole body up to a limit.</summary>
    public async Task<byte[]> ReadWholeAsync(long limit)
    {
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        while (body.WrittenCount < limit)
        {
            var piece = await ReadAsync().ConfigureAwait(false);
            if (piece.IsEmpty)
            {
                break;
            }

            body.Write(piece.Span);
        }

        return body.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
