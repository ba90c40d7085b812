namespace Ccr.Dashboard.Web.Live;

/// <summary>By what usage can be grouped.</summary>
/// <param name="Name">What it is called on the page.</param>
/// <param name="Word">What the proxy calls it.</param>
/// <param name="CountsTries">True where an answer and a failed try are counted, false where requests of clients are.</param>
internal sealed record UsageGrouping(string Name, string Word, bool CountsTries)
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<UsageGrouping> All =
    [
        new("Provider", "provider", true), new("Model", "model", true), new("Target", "tier", true),
        new("Key", "key", false), new("Application", "application", false), new("Scenario", "scenario", false),
    ];
}
