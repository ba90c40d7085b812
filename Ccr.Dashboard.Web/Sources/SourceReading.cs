namespace Ccr.Dashboard.Web.Sources;

/// <summary>What is known of a source: how it does, and the last good answer.</summary>
/// <param name="Health">How it does.</param>
/// <param name="Last">The last good answer; null before the first.</param>
/// <param name="Looks">Good answers so far: tells a new one from one seen before.</param>
internal sealed record SourceReading<T>(SourceHealth Health, T? Last = null, long Looks = 0)
    where T : class
{
    /// <summary>True when the last look succeeded.</summary>
    public bool IsReachable => Health.State == SourceState.Reachable;
}
