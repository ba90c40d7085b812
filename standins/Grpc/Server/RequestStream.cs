using Grpc.Core;

namespace Grpc.Server;

/// <summary>The requests of a streaming call.</summary>
internal sealed class RequestStream<T>(HttpServerCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? _current;
    private bool _atEnd;
    private int _reading;

    public T Current => _current ?? throw new InvalidOperationException("No current element is available.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (call.HasEnded)
        {
            throw new InvalidOperationException("Can't read messages after the request is complete.");
        }

        if (Interlocked.Exchange(ref _reading, 1) == 1)
        {
            throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        }

        try
        {
            _current = null;
            if (_atEnd)
            {
                return false;
            }

            using var linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.CancellationToken) : null;
            var received = await call.Requests.ReadAsync(marshaller, linked?.Token ?? call.CancellationToken).ConfigureAwait(false);
            _atEnd = !received.TryGet(out _current);
            return !_atEnd;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
