using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>What the chart of usage can show.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Of">The value in a count.</param>
/// <param name="Failed">Of that, what failed; null where nothing can.</param>
/// <param name="Text">The value as it is written.</param>
/// <param name="IsWhole">True when values are whole numbers.</param>
internal sealed record UsageMeasure(string Name, Func<UsageCount, bool, decimal> Of, Func<UsageCount, decimal>? Failed, Func<decimal, string> Text, bool IsWhole)
{
    /// <summary>All of them. Where tries are counted, failed ones stand beside the answers; elsewhere they are among the requests.</summary>
    public static readonly IReadOnlyList<UsageMeasure> All =
    [
        new("Requests", static (c, tries) => (c.Requests ?? 0) + (tries ? c.Failures ?? 0 : 0), static c => c.Failures ?? 0, static v => Figures.Full((long)v), true),
        new("Tokens", static (c, _) => (c.InputTokens ?? 0) + (c.OutputTokens ?? 0), null, static v => Figures.Full((long)v), true),
        new("Cost", static (c, _) => c.CostUsd ?? 0, null, static v => Figures.Dollars(v), false),
    ];
}
