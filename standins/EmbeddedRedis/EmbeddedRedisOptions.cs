using System.Net;

namespace Ccr.Standins.EmbeddedRedis;

/// <summary>How an <see cref="EmbeddedRedisServer"/> is started.</summary>
public sealed class EmbeddedRedisOptions
{
    /// <summary>The address to listen on. Default: 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0 (default) takes a free one, told by <see cref="EmbeddedRedisServer.Endpoint"/>.</summary>
    public int Port { get; init; }

    /// <summary>What clients must give to AUTH. Default: empty, no password.</summary>
    public string Password { get; init; } = "";

    /// <summary>The file to load at the start and to save to; null (default) keeps nothing.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>How often a changed data set is saved. Default: 30 seconds. It is also saved when the server stops.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest value accepted, in bytes. Default: 512 MB, as in Redis.</summary>
    public long MaxBulkLength { get; init; } = 512L * 1024 * 1024;

    /// <summary>A subscriber that leaves more bytes than this unread is disconnected. Default: 32 MB, as in Redis.</summary>
    public long SubscriberBufferLimit { get; init; } = 32L * 1024 * 1024;

    /// <summary>The clock behind expiry, timeouts and stream ids. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Called when a periodic snapshot cannot be written, with one line that says why. Default: standard error.</summary>
    public Action<string> Warn { get; init; } = Console.Error.WriteLine;
}
