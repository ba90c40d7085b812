using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Attach;

/// <summary>The body of a running answer in the place of its first client's.</summary>
internal sealed class TeeBody(RunningAnswer answer, TeeWriter writer, IHttpResponseBodyFeature client) : IHttpResponseBodyFeature
{
    private Stream? _stream;

    /// <inheritdoc/>
    public Stream Stream => _stream ??= writer.AsStream(leaveOpen: true);

    /// <inheritdoc/>
    public PipeWriter Writer => writer;

    /// <inheritdoc/>
    public void DisableBuffering() => client.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        answer.Begin();
        return answer.IsFirstGone ? Task.CompletedTask : client.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public async Task CompleteAsync() => await writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
}
