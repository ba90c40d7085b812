namespace Ccr.Bench.Load;

/// <summary>What a load measured. Times are in milliseconds.</summary>
internal sealed record LoadReport
{
    public required string Target { get; init; }

    public required int Requests { get; init; }

    /// <summary>Status 200 and the protocol's last event (or a whole document).</summary>
    public required int Ok { get; init; }

    /// <summary>Any other status.</summary>
    public required int OtherStatus { get; init; }

    /// <summary>Streams that ended without their protocol's last event.</summary>
    public required int Truncated { get; init; }

    /// <summary>No connection, a broken connection, or silence past the limit.</summary>
    public required int Failed { get; init; }

    public required double Seconds { get; init; }

    public required double RequestsPerSecond { get; init; }

    /// <summary>Stamped events received.</summary>
    public required long Events { get; init; }

    /// <summary>From the request's first byte out to the body's first byte in.</summary>
    public required Quantiles TimeToFirstByte { get; init; }

    /// <summary>From the request's first byte out to the response's end.</summary>
    public required Quantiles Total { get; init; }

    /// <summary>From an event's stamp to its reading here; null when nothing was stamped.</summary>
    public required Quantiles? EventLag { get; init; }

    /// <summary>The first thing that went wrong, for people.</summary>
    public required string? FirstProblem { get; init; }

    /// <summary>CPU seconds of this load generator.</summary>
    public required double OwnCpuSeconds { get; init; }

    /// <summary>The watched process; null when none was.</summary>
    public ProcessReport? Process { get; init; }
}
