using System.Buffers;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A buffer that refuses to grow without end.</summary>
internal sealed class BoundedWriter(int most) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _inner = new(1024);

    public ReadOnlySpan<byte> WrittenSpan => _inner.WrittenSpan;

    public ReadOnlyMemory<byte> WrittenMemory => _inner.WrittenMemory;

    public void Advance(int count)
    {
        _inner.Advance(count);
        if (_inner.WrittenCount > most)
        {
            throw new FuzzFault($"more than {most} bytes written");
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);
}
