// Stands for Grpc.Core.AsyncServerStreamingCall of the package Grpc.Core.Api.
// Leaves out: the constructor that takes a state object.

namespace Grpc.Core;

/// <summary>A call with one request and many replies.</summary>
public sealed class AsyncServerStreamingCall<TResponse> : IDisposable
{
    private readonly Task<Metadata> _responseHeadersAsync;
    private readonly Func<Status> _getStatus;
    private readonly Func<Metadata> _getTrailers;
    private readonly Action _dispose;

    /// <summary>Puts a call together from its parts.</summary>
    public AsyncServerStreamingCall(IAsyncStreamReader<TResponse> responseStream, Task<Metadata> responseHeadersAsync, Func<Status> getStatusFunc, Func<Metadata> getTrailersFunc, Action disposeAction)
    {
        ResponseStream = responseStream;
        _responseHeadersAsync = responseHeadersAsync;
        _getStatus = getStatusFunc;
        _getTrailers = getTrailersFunc;
        _dispose = disposeAction;
    }

    /// <summary>The replies.</summary>
    public IAsyncStreamReader<TResponse> ResponseStream { get; }

    /// <summary>What the service sent before its first message.</summary>
    public Task<Metadata> ResponseHeadersAsync => _responseHeadersAsync;

    /// <summary>How the call ended. Throws while it runs.</summary>
    public Status GetStatus() => _getStatus();

    /// <summary>What the service sent after its last message. Throws while the call runs.</summary>
    public Metadata GetTrailers() => _getTrailers();

    /// <summary>Gives the call up if it still runs, and frees what it holds.</summary>
    public void Dispose() => _dispose();
}
