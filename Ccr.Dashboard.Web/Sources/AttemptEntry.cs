namespace Ccr.Dashboard.Web.Sources;

/// <summary>One call to a provider on behalf of a request.</summary>
public sealed record AttemptEntry
{
    public string? Provider { get; init; }

    public string? Model { get; init; }

    /// <summary>The provider's HTTP status; 0 when none came.</summary>
    public int? Status { get; init; }

    /// <summary>A short word for what failed; null when this attempt gave the answer.</summary>
    public string? Failure { get; init; }

    public double? DurationMs { get; init; }

    /// <summary>Dollars; null when it used nothing or its price is not known.</summary>
    public decimal? CostUsd { get; init; }
}
