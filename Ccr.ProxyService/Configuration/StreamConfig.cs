namespace Ccr.ProxyService.Configuration;

/// <summary>How a stream to a client is kept (Streams).</summary>
internal sealed record StreamConfig
{
    /// <summary>How long the status line waits for the first content; then it goes out, with keep-alives (commitWaitMs). Default 10 s.</summary>
    public TimeSpan CommitWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which the client gets a keep-alive (keepAliveMs). Default 15 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long streams may go on when the proxy is told to stop (drainMs); null for the built-in limit.</summary>
    public TimeSpan? Drain { get; init; }
}
