namespace Ccr.ProxyService.Usage;

/// <summary>Tells by how much counters grew since it was asked last. Used by one caller at a time.</summary>
internal sealed class GrowthReader
{
    private readonly Dictionary<UsageCounters, long[]> _taken = [];

    /// <summary>Puts the growth of each counter into <paramref name="growth"/>; false when there is none.</summary>
    public bool Take(UsageCounters counters, Span<long> growth)
    {
        if (!_taken.TryGetValue(counters, out var taken))
        {
            _taken[counters] = taken = new long[UsageCounters.Count];
        }

        var grew = false;
        for (var i = 0; i < growth.Length; i++)
        {
            var value = counters[(UsageField)i];
            growth[i] = value - taken[i];
            taken[i] = value;
            grew |= growth[i] != 0;
        }

        return grew;
    }
}
