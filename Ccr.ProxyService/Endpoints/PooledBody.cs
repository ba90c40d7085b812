using System.Buffers;

namespace Ccr.ProxyService.Endpoints;

/// <summary>A request body read whole into a rented buffer. Dispose gives the buffer back, after which no slice of it may be used.</summary>
internal sealed class PooledBody : IDisposable
{
    private byte[]? _buffer;
    private int _holders = 1;
    private int _isDisposed;

    private PooledBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        Memory = buffer.AsMemory(0, length);
    }

    /// <summary>The body's bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; private set; }

    /// <summary>A body of our own making.</summary>
    public static PooledBody Of(byte[] body)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(buffer, 0);
        return new(buffer, body.Length);
    }

    /// <summary>Reads the whole body; null when it is longer than the limit.</summary>
    public static async ValueTask<PooledBody?> ReadAsync(Stream stream, long? declared, long limit, CancellationToken cancellationToken)
    {
        if (declared > limit)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(declared ?? 32 * 1024, limit) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    var body = new PooledBody(buffer, length);
                    buffer = null;
                    return body;
                }

                length += read;
                if (length > limit)
                {
                    return null;
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Somebody reads it, and may go on to after <see cref="Dispose"/>.</summary>
    public void Retain() => Interlocked.Increment(ref _holders);

    /// <summary>That one is done.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            GiveBack();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Memory = default;
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Release();
        }
    }

    private void GiveBack()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
