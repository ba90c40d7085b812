namespace Ccr.ProxyService.Keys;

/// <summary>What keys-spent.json holds: what each key spent today and this month, so that a restart forgets neither.</summary>
/// <param name="Spent">By the key's id.</param>
internal sealed record SpentFileContent(Dictionary<string, SpentFileContent.Row> Spent)
{
    /// <summary>One key.</summary>
    /// <param name="Day">The day, UTC, as yyyyMMdd.</param>
    /// <param name="DaySpent">Spent on it, in billionths of a dollar.</param>
    /// <param name="MonthSpent">Spent in its month, in billionths of a dollar.</param>
    internal sealed record Row(int Day, long DaySpent, long MonthSpent);
}
