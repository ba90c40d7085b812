using System.Net;

namespace Ccr.ProxyService.Providers;

/// <summary>A request body made of slices: the client's own bytes with the model's name exchanged, without copying them.</summary>
internal sealed class SplicedContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _first;
    private readonly ReadOnlyMemory<byte> _second;
    private readonly ReadOnlyMemory<byte> _third;

    /// <summary>The three pieces in order; the later two may be empty.</summary>
    public SplicedContent(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second = default, ReadOnlyMemory<byte> third = default)
    {
        _first = first;
        _second = second;
        _third = third;
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
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

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = (long)_first.Length + _second.Length + _third.Length;
        return true;
    }
}
