using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Attach;

/// <summary>The status line and headers of a running answer, apart from those of its first client's connection, which may be gone before they are known. Fixed once begun.</summary>
internal sealed class AnswerHead(IHttpResponseFeature client) : IHttpResponseFeature
{
    private readonly HeaderDictionary _headers = new();

    /// <inheritdoc/>
    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    /// <inheritdoc/>
    public string? ReasonPhrase { get; set; }

    /// <inheritdoc/>
    public IHeaderDictionary Headers
    {
        get => _headers;
        set => throw new NotSupportedException("The headers of an answer are one dictionary from its beginning to its end.");
    }

    /// <summary>Unused: bodies go through the body's own feature.</summary>
    public Stream Body { get; set; } = Stream.Null;

    /// <inheritdoc/>
    public bool HasStarted => _headers.IsReadOnly;

    /// <summary>From now on it is what it is.</summary>
    public void Begin() => _headers.IsReadOnly = true;

    /// <summary>Tells a client.</summary>
    public void CopyTo(IHttpResponseFeature to)
    {
        to.StatusCode = StatusCode;
        foreach (var (name, values) in _headers)
        {
            to.Headers[name] = values;
        }
    }

    /// <inheritdoc/>
    public void OnStarting(Func<object, Task> callback, object state) => client.OnStarting(callback, state);

    /// <inheritdoc/>
    public void OnCompleted(Func<object, Task> callback, object state) => client.OnCompleted(callback, state);
}
