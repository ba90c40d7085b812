using Grpc.Core;

namespace Grpc.Server;

/// <summary>The replies of a streaming call.</summary>
internal sealed class ResponseStream<T>(HttpServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    private WriteOptions? _options;

    public WriteOptions? WriteOptions
    {
        get => _options ?? call.WriteOptions;
        set => _options = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return call.WriteStreamedAsync(message, marshaller, WriteOptions?.Flags ?? WriteFlags.None, cancellationToken);
    }
}
