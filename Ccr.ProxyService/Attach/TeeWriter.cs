using System.Buffers;
using System.IO.Pipelines;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Attach;

/// <summary>
/// Where a running answer is written: into its log, and from there to its first client. While that client is alone its pace is the answer's, as it would be without a log;
/// once another reads too, a first client that is behind reads on by itself, and when it is gone the answer goes on without it.
/// </summary>
internal sealed class TeeWriter(RunningAnswer answer, AnswerLog log, LogReader first, PipeWriter client) : PipeWriter
{
    private Task? _own;

    /// <inheritdoc/>
    public override void Advance(int bytes) => log.Advance(bytes);

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => log.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => log.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        // Nobody waits in a way that could be ended.
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        // The answer ends when its call does.
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        answer.Begin();
        var isTogether = _own is null && !answer.IsFirstGone;
        log.Commit(isTogether ? first : null, client);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        if (!isTogether)
        {
            var room = log.RoomAsync(cancellationToken);
            return room.IsCompletedSuccessfully ? default : new(RoomAsync(room));
        }

        var flush = client.FlushAsync(CancellationToken.None);
        if (flush.IsCompletedSuccessfully)
        {
            return new(flush.Result);
        }

        return new(WaitAsync(flush.AsTask(), cancellationToken));
    }

    /// <summary>The answer is over: the first client gets what is left, which goes out with the end of the message.</summary>
    public Task EndAsync()
    {
        log.Commit(_own is null && !answer.IsFirstGone ? first : null, client);
        return _own ?? Task.CompletedTask;
    }

    private static async Task<FlushResult> RoomAsync(ValueTask room)
    {
        await room.ConfigureAwait(false);
        return default;
    }

    private async Task<FlushResult> WaitAsync(Task<FlushResult> flush, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(flush, answer.Shared).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As the server does it where nothing is in between.
            first.Drop();
            _own = GoOnAsync(flush);
            throw;
        }

        if (!flush.IsCompleted)
        {
            _own = GoOnAsync(flush);
            return default;
        }

        try
        {
            return await flush.ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e) && answer.IsFirstGone)
        {
            return default;
        }
    }

    /// <summary>The first client reads on at its own pace.</summary>
    private async Task GoOnAsync(Task flush)
    {
        try
        {
            await flush.ConfigureAwait(false);
            await log.CopyAsync(first, client, answer.FirstAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e) || first.IsDropped)
        {
            // It left.
        }
    }
}
