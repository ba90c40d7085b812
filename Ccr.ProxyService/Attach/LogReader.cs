using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Attach;

/// <summary>How far one client has got in a kept answer. Its place is changed under the log's lock only.</summary>
internal sealed class LogReader(IHttpRequestLifetimeFeature connection)
{
    /// <summary>Where it reads; null before the first byte.</summary>
    public LogSegment? Segment { get; set; }

    /// <summary>How much of that segment it has.</summary>
    public int Offset { get; set; }

    /// <summary>How much of the answer it has.</summary>
    public long Position { get; set; }

    /// <summary>True when it was too slow for the others.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>Ends it: what it still wants is no longer kept.</summary>
    public void Drop()
    {
        IsDropped = true;
        connection.Abort();
    }
}
