namespace Ccr.Dashboard.Web.Sources;

/// <summary>What <c>GET /api/status</c> of the proxy says. Every field may be missing: an older or newer proxy is no reason to fail.</summary>
internal sealed record ProxyStatus
{
    public string? Version { get; init; }

    /// <summary>True when the proxy found no config file and serves its built-in demo.</summary>
    public bool? Demo { get; init; }

    public ConfigStatus? Config { get; init; }

    /// <summary>The proxy process that answered.</summary>
    public string? Instance { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public double? UptimeSeconds { get; init; }

    public long? ActiveRequests { get; init; }

    public long? ActiveStreams { get; init; }

    /// <summary>Finished requests of this process, failed ones included.</summary>
    public long? RequestsTotal { get; init; }

    public long? FailuresTotal { get; init; }

    /// <summary>Dollars spent by this process, as far as prices are known.</summary>
    public decimal? CostUsdTotal { get; init; }

    /// <summary>Requests whose cost is not, or not fully, in <see cref="CostUsdTotal"/>.</summary>
    public long? UnpricedRequestsTotal { get; init; }

    public PartStatus? Redis { get; init; }

    public PartStatus? Tokenizer { get; init; }

    public IReadOnlyList<TargetStatus>? Targets { get; init; }

    public IReadOnlyList<ProviderStatus>? Providers { get; init; }
}
