using System.Buffers;
using System.IO.Pipelines;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// The place where an answer waits until it is worth committing to. While closed, bytes are held and may be thrown away for another
/// target's; once open, they go straight into the response's own buffer.
/// </summary>
internal sealed class CommitGate(PipeWriter response) : IBufferWriter<byte>, IDisposable
{
    private readonly PooledWriter _held = new(1024);

    /// <summary>True once the answer is committed: status and headers can no longer change.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Commits: what was held goes first.</summary>
    public void Open()
    {
        if (!IsOpen)
        {
            IsOpen = true;
            response.Write(_held.Written.Span);
            _held.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if (IsOpen)
        {
            response.Advance(count);
        }
        else
        {
            _held.Advance(count);
        }
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => IsOpen ? response.GetMemory(sizeHint) : _held.GetMemory(sizeHint);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => IsOpen ? response.GetSpan(sizeHint) : _held.GetSpan(sizeHint);

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();
}
