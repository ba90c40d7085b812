using Grpc.Core;

namespace Grpc.Client;

/// <summary>The requests of a streaming call.</summary>
internal sealed class ClientRequestStream<TRequest, TResponse>(HttpClientCall<TRequest, TResponse> call, MessageStreamContent content) : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private int _writing;
    private bool _completed;

    public WriteOptions? WriteOptions { get; set; } = call.Options.WriteOptions;

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_completed)
        {
            throw new InvalidOperationException("Can't write the message because the client stream writer is complete.");
        }

        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        }

        try
        {
            using var registration = cancellationToken.UnsafeRegister(static c => ((HttpClientCall<TRequest, TResponse>)c!).CancelByCaller(), call);
            var stream = await content.Stream.ConfigureAwait(false);
            using var frame = call.Frame(message, WriteOptions);
            await stream.WriteAsync(frame.Bytes, call.Ended).ConfigureAwait(false);
            if (WriteOptions is null || !WriteOptions.Flags.HasFlag(WriteFlags.BufferHint))
            {
                await stream.FlushAsync(call.Ended).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw await call.WriteErrorAsync(e).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) == 1)
        {
            throw new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress.");
        }

        _completed = true;
        content.Complete();
        return Task.CompletedTask;
    }
}
