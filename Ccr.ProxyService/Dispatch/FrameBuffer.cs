using System.Buffers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Holds back the unfinished end of an event stream that is passed through, so that a cut in the middle of an event never reaches the client: an error
/// event can still follow whole ones. One for each open stream, so it begins small.
/// </summary>
internal sealed class FrameBuffer : IDisposable
{
    private const int ReadSize = 4 * 1024;

    private byte[]? _buffer;
    private int _held;

    /// <summary>Room for the next read, behind what is held.</summary>
    public Memory<byte> Room()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        }
        else if (_buffer.Length - _held < ReadSize / 4)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_held);
    }

    /// <summary>What is held: the beginning of an event.</summary>
    public ReadOnlySpan<byte> Held => _buffer.AsSpan(0, _held);

    /// <summary>Takes the bytes that were read and writes all whole events.</summary>
    public void Advance(int read, IBufferWriter<byte> output)
    {
        var all = _buffer.AsSpan(0, _held + read);
        var end = EndOfLastEvent(all);
        output.Write(all[..end]);
        _held = all.Length - end;
        all[end..].CopyTo(_buffer);
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
}
