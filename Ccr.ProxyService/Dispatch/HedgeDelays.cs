using System.Collections.Concurrent;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// How long each target is waited for before a second one is raced. Learned as TCP learns its time limit (RFC 6298): the smoothed time to first content and four times
/// its smoothed deviation, so that a target is only raced when it is slower than it ever is.
/// </summary>
internal sealed class HedgeDelays
{
    private const double Gain = 1.0 / 8;
    private const double DeviationGain = 1.0 / 4;
    private const int MostTargets = 1000;

    private readonly ConcurrentDictionary<string, Estimate> _estimates = new(StringComparer.Ordinal);

    /// <summary>The wait for a target.</summary>
    public TimeSpan For(RouteTarget target, HedgeConfig config)
    {
        if (config.Delay is { } fixedDelay)
        {
            return fixedDelay;
        }

        if (!_estimates.TryGetValue(target.Name, out var estimate))
        {
            return config.LeastDelay;
        }

        lock (estimate)
        {
            var learned = TimeSpan.FromSeconds(Math.Min(estimate.Mean + (4 * estimate.Deviation), 3600));
            return learned > config.LeastDelay ? learned : config.LeastDelay;
        }
    }

    /// <summary>A target's first content took so long.</summary>
    public void Observe(RouteTarget target, TimeSpan firstContent)
    {
        var seconds = firstContent.TotalSeconds;
        if (!_estimates.TryGetValue(target.Name, out var estimate))
        {
            if (_estimates.Count >= MostTargets)
            {
                return;
            }

            estimate = _estimates.GetOrAdd(target.Name, static (_, first) => new() { Mean = first, Deviation = first / 2 }, seconds);
        }

        lock (estimate)
        {
            estimate.Deviation += DeviationGain * (Math.Abs(seconds - estimate.Mean) - estimate.Deviation);
            estimate.Mean += Gain * (seconds - estimate.Mean);
        }
    }

    private sealed class Estimate
    {
        public double Mean { get; set; }

        public double Deviation { get; set; }
    }
}
