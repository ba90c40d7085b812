namespace Ccr.ProxyService.Routing.Order;

/// <summary>What is known of a target at this moment.</summary>
/// <param name="LatencySeconds">Smoothed time to the first content; null when it never gave any.</param>
/// <param name="Samples">How many recent samples that is made of; 0 when they are too old to go by.</param>
/// <param name="Active">Requests that it works on now.</param>
/// <param name="IsUsable">Whether it would probably be let through now.</param>
/// <param name="HasOnlyFailed">True when it was tried and never answered.</param>
internal readonly record struct TargetFacts(double? LatencySeconds, int Samples, int Active, bool IsUsable, bool HasOnlyFailed)
{
    /// <summary>A target that was never tried.</summary>
    public static readonly TargetFacts Untried = new(null, 0, 0, true, false);
}
