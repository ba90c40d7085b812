using System.Buffers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Cuts an event stream into its events as they were sent, empty line included. Holds no memory while pieces end where events end.</summary>
internal sealed class FrameSplitter : IDisposable
{
    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>The beginning of an event whose end has not come.</summary>
    public ReadOnlySpan<byte> Held => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The next whole event; empty when there is none. What is left of the piece is taken off it; the event is valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> piece)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            var length = LengthOfFirst(piece);
            if (length > 0)
            {
                var frame = piece[..length];
                piece = piece[length..];
                return frame;
            }

            Hold(piece);
            piece = default;
            return default;
        }

        // The end may lie across the seam: of what comes only as much is taken as is needed to find it.
        var held = LengthOfFirst(_buffer.AsSpan(_start, _end - _start));
        if (held == 0 && !piece.IsEmpty)
        {
            Hold(piece);
            piece = default;
            held = LengthOfFirst(_buffer.AsSpan(_start, _end - _start));
        }

        if (held == 0)
        {
            return default;
        }

        var found = _buffer.AsSpan(_start, held);
        _start += held;
        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _start = _end = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The length of the first event with its empty line; 0 when its end has not come. Line ends may be LF, CRLF or CR.</summary>
    internal static int LengthOfFirst(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (true)
        {
            var step = bytes[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (step < 0)
            {
                return 0;
            }

            at += step;
            var rest = bytes[at..];
            if (rest.StartsWith("\n\n"u8) || rest.StartsWith("\r\r"u8))
            {
                return at + 2;
            }

            if (rest.StartsWith("\r\n\r\n"u8))
            {
                return at + 4;
            }

            at++;
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var length = _end - _start;
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1024, bytes.Length));
        }
        else if (_buffer.Length - _end < bytes.Length)
        {
            var larger = _buffer.Length >= length + bytes.Length ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, length + bytes.Length));
            _buffer.AsSpan(_start, length).CopyTo(larger);
            if (larger != _buffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            (_start, _end) = (0, length);
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }
}
