namespace Ccr.ProxyService.Tokens;

/// <summary>One entry of /v1/token-drift. Drift is our count less the provider's, in percent of the latter.</summary>
internal sealed record DriftReport
{
    /// <summary>The target, "provider,model".</summary>
    public required string Tier { get; init; }

    /// <summary>Requests compared.</summary>
    public long Samples { get; init; }

    /// <summary>Tokens counted here in all of them, before any factor.</summary>
    public long CumulativeLocal { get; init; }

    /// <summary>Tokens that the provider reported for all of them.</summary>
    public long CumulativeUpstream { get; init; }

    /// <summary>Drift of all of them together.</summary>
    public double CumulativeDriftPct => Percent(CumulativeLocal, CumulativeUpstream);

    /// <summary>Tokens counted here in the last one.</summary>
    public long LastLocal { get; init; }

    /// <summary>Tokens that the provider reported for the last one.</summary>
    public long LastUpstream { get; init; }

    /// <summary>Drift of the last one.</summary>
    public double LastDriftPct => Percent(LastLocal, LastUpstream);

    private static double Percent(long local, long upstream) => upstream == 0 ? 0 : Math.Round(100.0 * (local - upstream) / upstream, 1);
}
