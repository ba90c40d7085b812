using System.Net;
using Ccr.ProxyService.Endpoints;

namespace Ccr.ProxyService.Providers;

/// <summary>A request body made of slices: the client's own bytes with the model's name exchanged, without copying them.</summary>
internal sealed class SplicedContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _first;
    private readonly ReadOnlyMemory<byte> _second;
    private readonly ReadOnlyMemory<byte> _third;

    private readonly PooledBody? _owner;
    private int _readers;

    /// <summary>The three pieces in order; the later two may be empty.</summary>
    /// <param name="first">The first piece.</param>
    /// <param name="second">The second piece.</param>
    /// <param name="third">The third piece.</param>
    /// <param name="owner">Whose memory they are, which must not be used again while they are sent; null for memory that is nobody else's.</param>
    public SplicedContent(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second = default, ReadOnlyMemory<byte> third = default, PooledBody? owner = null)
    {
        _owner = owner;
        _first = first;
        _second = second;
        _third = third;
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
    }

    /// <summary>True while nobody reads its slices. An answer may come, or the call may be given up, while the request is still being sent: its memory must not be used again then.</summary>
    public bool IsIdle => Volatile.Read(ref _readers) == 0;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _readers);
        _owner?.Retain();
        try
        {
            await stream.WriteAsync(_first, cancellationToken).ConfigureAwait(false);
            if (!_second.IsEmpty)
            {
                await stream.WriteAsync(_second, cancellationToken).ConfigureAwait(false);
            }

            if (!_third.IsEmpty)
            {
                await stream.WriteAsync(_third, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _owner?.Release();
            Interlocked.Decrement(ref _readers);
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = (long)_first.Length + _second.Length + _third.Length;
        return true;
    }
}
