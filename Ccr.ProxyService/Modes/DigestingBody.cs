using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Modes;

/// <summary>The body of a response, with a digest that reads along.</summary>
internal sealed class DigestingBody : IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _inner;

    /// <summary>Stands before another body.</summary>
    public DigestingBody(IHttpResponseBodyFeature inner, AnswerDigest digest)
    {
        _inner = inner;
        Writer = new DigestingWriter(inner.Writer, digest);
        Stream = Writer.AsStream(leaveOpen: true);
    }

    /// <inheritdoc/>
    public Stream Stream { get; }

    /// <inheritdoc/>
    public PipeWriter Writer { get; }

    /// <summary>Puts a digest before the response's body.</summary>
    public static void Install(HttpContext http, AnswerDigest digest) =>
        http.Features.Set<IHttpResponseBodyFeature>(new DigestingBody(http.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), digest));

    /// <inheritdoc/>
    public void DisableBuffering() => _inner.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => _inner.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => _inner.SendFileAsync(path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync() => _inner.CompleteAsync();
}
