using System.Buffers;

namespace Grpc.Wire;

/// <summary>A growing buffer from the shared pool, which gets it back on Dispose.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int MinimumSize = 256;
    private byte[] _array = [];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public Memory<byte> Written => _array.AsMemory(0, Length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return _array.AsSpan(Length);
    }

    /// <summary>Makes room for so many more bytes.</summary>
    public void EnsureFree(int size)
    {
        size = Math.Max(size, 1);
        if (_array.Length - Length >= size)
        {
            return;
        }

        var wanted = Math.Max((long)Length + size, Math.Min(2L * _array.Length, Array.MaxLength));
        var grown = ArrayPool<byte>.Shared.Rent((int)Math.Max(Math.Min(wanted, Array.MaxLength), MinimumSize));
        _array.AsSpan(0, Length).CopyTo(grown);
        Release();
        _array = grown;
    }

    public void Dispose()
    {
        Release();
        _array = [];
        Length = 0;
    }

    private void Release()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
    }
}
