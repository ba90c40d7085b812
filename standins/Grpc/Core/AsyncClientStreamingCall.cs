// Stands for Grpc.Core.AsyncClientStreamingCall of the package Grpc.Core.Api.
// Leaves out: the constructor that takes a state object.

using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>A call with many requests and one reply.</summary>
public sealed class AsyncClientStreamingCall<TRequest, TResponse> : IDisposable
{
    private readonly Task<Metadata> _responseHeadersAsync;
    private readonly Func<Status> _getStatus;
    private readonly Func<Metadata> _getTrailers;
    private readonly Action _dispose;

    /// <summary>Puts a call together from its parts.</summary>
    public AsyncClientStreamingCall(IClientStreamWriter<TRequest> requestStream, Task<TResponse> responseAsync, Task<Metadata> responseHeadersAsync, Func<Status> getStatusFunc, Func<Metadata> getTrailersFunc, Action disposeAction)
    {
        RequestStream = requestStream;
        ResponseAsync = responseAsync;
        _responseHeadersAsync = responseHeadersAsync;
        _getStatus = getStatusFunc;
        _getTrailers = getTrailersFunc;
        _dispose = disposeAction;
    }

    /// <summary>The requests.</summary>
    public IClientStreamWriter<TRequest> RequestStream { get; }

    /// <summary>The reply.</summary>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>What the service sent before its first message.</summary>
    public Task<Metadata> ResponseHeadersAsync => _responseHeadersAsync;

    /// <summary>How the call ended. Throws while it runs.</summary>
    public Status GetStatus() => _getStatus();

    /// <summary>What the service sent after its last message. Throws while the call runs.</summary>
    public Metadata GetTrailers() => _getTrailers();

    /// <summary>Gives the call up if it still runs, and frees what it holds.</summary>
    public void Dispose() => _dispose();

    /// <summary>Awaits the reply.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    /// <summary>Awaits the reply.</summary>
    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) => ResponseAsync.ConfigureAwait(continueOnCapturedContext);
}
