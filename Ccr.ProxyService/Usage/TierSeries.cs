using Ccr.ProxyService.Routing;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// The targets that the page /metrics names. A model that only a client named, which neither a provider's list nor a route has, is counted as the model "other" of its
/// provider: names out of requests may be anything, and there may be any number of them.
/// </summary>
internal sealed class TierSeries
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private TierSeries(IReadOnlyList<TargetUsage> usage, IReadOnlyList<TargetState> states)
    {
        Usage = usage;
        _known.UnionWith(states.Where(static s => s.Scenarios is not [Scenario.Direct]).Select(static s => s.Name));
        _known.UnionWith(usage.Select(static u => u.Name));
        States = [.. states.Where(s => _known.Contains(s.Name))];
    }

    /// <summary>What was counted, by name.</summary>
    public IReadOnlyList<TargetUsage> Usage { get; }

    /// <summary>How they are.</summary>
    public IReadOnlyList<TargetState> States { get; }

    /// <summary>Whether a target is one of them.</summary>
    public bool Names(string tier) => _known.Contains(tier);

    /// <summary>Those of a recorder.</summary>
    public static TierSeries Of(UsageRecorder recorder, IReadOnlyList<TargetState> states)
    {
        var usage = new List<TargetUsage>();
        var unlisted = new Dictionary<string, TargetUsage>(StringComparer.Ordinal);
        foreach (var ((provider, model), target) in recorder.Targets.Entries)
        {
            // A model that is really called "other" shares the series: no two may have the same name.
            if (provider == UsageRecorder.Other || !(target.IsUnlisted || model == UsageRecorder.Other))
            {
                usage.Add(target);
                continue;
            }

            if (!unlisted.TryGetValue(provider, out var sum))
            {
                unlisted[provider] = sum = new($"{provider},{UsageRecorder.Other}");
                usage.Add(sum);
            }

            sum.Add(target);
        }

        usage.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new(usage, states);
    }
}
