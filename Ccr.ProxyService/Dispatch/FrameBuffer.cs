using System.Buffers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Holds back the unfinished end of an event stream that is passed through, so that a cut in the middle of an event never reaches the client: an error
/// event can still follow whole ones. Holds no memory while pieces end where events end.
/// </summary>
internal sealed class FrameBuffer : IDisposable
{
    private byte[]? _buffer;
    private int _held;

    /// <summary>
    /// True leaves out the chunk of a Chat stream that only tells the usage: we asked for it, the client did not. Off the usual path: clients that count ask themselves.
    /// </summary>
    public bool DropsUsageFrame { get; init; }

    /// <summary>True once the last line of a Chat stream was written.</summary>
    public bool SawDone { get; private set; }

    /// <summary>What is held: the beginning of an event.</summary>
    public ReadOnlySpan<byte> Held => _buffer.AsSpan(0, _held);

    /// <summary>Takes the next bytes and writes all whole events.</summary>
    public void Add(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        if (_held == 0)
        {
            var whole = EndOfLastEvent(piece);
            Write(piece[..whole], output);
            Hold(piece[whole..]);
            return;
        }

        Hold(piece);
        var all = _buffer.AsSpan(0, _held);
        var end = EndOfLastEvent(all);
        if (end > 0)
        {
            Write(all[..end], output);
            all[end..].CopyTo(_buffer);
            _held -= end;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _held = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int EndOfLastEvent(ReadOnlySpan<byte> bytes)
    {
        // An event ends with an empty line, whatever the line ends are.
        var lf = bytes.LastIndexOf("\n\n"u8) + 2;
        var crlf = bytes.LastIndexOf("\r\n\r\n"u8) + 4;
        var cr = bytes.LastIndexOf("\r\r"u8) + 2;
        return Math.Max(lf >= 2 ? lf : 0, Math.Max(crlf >= 4 ? crlf : 0, cr >= 2 ? cr : 0));
    }

    private static int LengthOfFirstEvent(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            i = bytes[i..].IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var step ? i + step : bytes.Length;
            var rest = i < bytes.Length ? bytes[i..] : default;
            if (rest.StartsWith("\n\n"u8) || rest.StartsWith("\r\r"u8))
            {
                return i + 2;
            }

            if (rest.StartsWith("\r\n\r\n"u8))
            {
                return i + 4;
            }
        }

        return bytes.Length;
    }

    private static bool IsUsageOnly(ReadOnlySpan<byte> frame) =>
        (frame.IndexOf("\"choices\":[]"u8) >= 0 || frame.IndexOf("\"choices\": []"u8) >= 0) && (frame.IndexOf("\"usage\":{"u8) >= 0 || frame.IndexOf("\"usage\": {"u8) >= 0);

    private void Write(ReadOnlySpan<byte> events, IBufferWriter<byte> output)
    {
        SawDone |= events.IndexOf("data: [DONE]"u8) >= 0 || events.IndexOf("data:[DONE]"u8) >= 0;
        if (!DropsUsageFrame || !IsUsageOnly(events))
        {
            output.Write(events);
            return;
        }

        while (!events.IsEmpty)
        {
            var length = LengthOfFirstEvent(events);
            if (!IsUsageOnly(events[..length]))
            {
                output.Write(events[..length]);
            }

            events = events[length..];
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1024, bytes.Length));
        }
        else if (_buffer.Length - _held < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _held + bytes.Length));
            _buffer.AsSpan(0, _held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_held));
        _held += bytes.Length;
    }
}
