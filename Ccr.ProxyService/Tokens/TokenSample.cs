using System.Buffers;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// One request whose count is compared with the provider's. The count and the provider's report come in either order and from different threads;
/// the later of the two makes the comparison.
/// </summary>
internal sealed class TokenSample(TokenDrift drift, string tier, BpeEncoding encoding)
{
    private readonly Lock _lock = new();
    private byte[]? _buffer;
    private int _length;
    private long _local;
    private long _upstream;
    private string? _answeredBy;

    /// <summary>The first target, "provider,model".</summary>
    public string Tier => tier;

    /// <summary>What it is counted with.</summary>
    public BpeEncoding Encoding => encoding;

    /// <summary>The copy of the body, until it is counted.</summary>
    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    /// <summary>Keeps a copy of the body.</summary>
    public void Copy(ReadOnlySpan<byte> body)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(_buffer);
        _length = body.Length;
    }

    /// <summary>Gives the copy's memory back.</summary>
    public void Release()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _length = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The count is there, before any factor.</summary>
    public void Counted(long tokens)
    {
        lock (_lock)
        {
            _local = tokens;
        }

        Compare();
    }

    /// <summary>A target with the same encoding has answered in full and reported so many input tokens.</summary>
    public void Answered(string by, long upstreamInput)
    {
        lock (_lock)
        {
            _upstream = upstreamInput;
            _answeredBy = by;
        }

        Compare();
    }

    private void Compare()
    {
        string by;
        long local, upstream;
        lock (_lock)
        {
            if (_local == 0 || _answeredBy is null)
            {
                return;
            }

            (by, local, upstream) = (_answeredBy, _local, _upstream);
            _answeredBy = null;
        }

        drift.Observe(by, local, upstream);
    }
}
