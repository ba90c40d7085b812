using Grpc.Core;

namespace Grpc.Client;

/// <summary>The replies of a streaming call.</summary>
internal sealed class ClientResponseStream<TRequest, TResponse>(HttpClientCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private TResponse? _current;
    private int _reading;

    public TResponse Current => _current ?? throw new InvalidOperationException("No current element is available.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
        {
            throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        }

        try
        {
            using var registration = cancellationToken.UnsafeRegister(static c => ((HttpClientCall<TRequest, TResponse>)c!).CancelByCaller(), call);
            _current = null;
            _current = await call.ReadNextAsync().ConfigureAwait(false);
            return _current is not null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
