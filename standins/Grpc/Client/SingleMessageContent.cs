using System.Net;

namespace Grpc.Client;

/// <summary>The body of a call with one request. Serialized when the connection is ready for it; no buffer is held before.</summary>
internal sealed class SingleMessageContent<TRequest, TResponse>(HttpClientCall<TRequest, TResponse> call, TRequest message) : HttpContent
    where TRequest : class
    where TResponse : class
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var frame = call.Frame(message, call.Options.WriteOptions);
        await stream.WriteAsync(frame.Bytes, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
