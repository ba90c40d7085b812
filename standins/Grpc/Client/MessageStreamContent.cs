using System.Net;

namespace Grpc.Client;

/// <summary>The body of a call with many requests: open until the caller has no more, or the call has ended.</summary>
internal sealed class MessageStreamContent(CancellationToken callEnded) : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the requests go, once the connection is there.</summary>
    public Task<Stream> Stream => _stream.Task.WaitAsync(callEnded);

    /// <summary>No more requests.</summary>
    public void Complete() => _complete.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers must not wait for the first request.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _stream.TrySetResult(stream);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callEnded);
        await _complete.Task.WaitAsync(linked.Token).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
