namespace Ccr.Dashboard.Web.Sources;

/// <summary>What one running proxy says of itself in Redis (<c>RedisKeys.Live</c>).</summary>
internal sealed record LiveInstance
{
    public string? Instance { get; init; }

    public long? ActiveRequests { get; init; }

    public long? ActiveStreams { get; init; }
}
