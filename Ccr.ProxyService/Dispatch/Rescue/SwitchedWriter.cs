using System.Buffers;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>Throws away what an encoder writes while it is told what the client knows already, and then lets it write to the client.</summary>
internal sealed class SwitchedWriter(IBufferWriter<byte> client) : IBufferWriter<byte>
{
    private byte[] _scratch = new byte[1024];

    /// <summary>True once what is written goes to the client.</summary>
    public bool IsOn { get; set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if (IsOn)
        {
            client.Advance(count);
        }
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (IsOn)
        {
            return client.GetMemory(sizeHint);
        }

        if (_scratch.Length < sizeHint)
        {
            _scratch = new byte[sizeHint];
        }

        return _scratch;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
