using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Tokens;

/// <summary>The comparison of our counts with one target's own. One request at a time changes it.</summary>
internal sealed class TierDrift(string tier)
{
    /// <summary>From this many percent on a request counts as a warning.</summary>
    private const double WarningPercent = 10;

    /// <summary>From this many percent on a request counts as critical.</summary>
    private const double CriticalPercent = 25;

    /// <summary>Below this the provider's fixed overheads, not the encoding, make the difference: nothing is learned.</summary>
    private const long LeastTokens = 500;

    /// <summary>So many requests are learned from before the factor is used.</summary>
    private const long LeastSamples = 10;

    /// <summary>The weight of a new request, once there have been as many as make it the smaller one.</summary>
    private const double Weight = 0.05;

    /// <summary>What lies outside is a fault of the report (cached tokens left out, a system prompt of the provider's), not a property of an encoding.</summary>
    private const double LeastFactor = 0.5;
    private const double MostFactor = 2.5;

    private readonly Lock _lock = new();
    private DriftReport _report = new() { Tier = tier };
    private double _factor = 1;
    private long _learned;
    private long _warnings;
    private long _criticals;
    private long _system;
    private long _tools;
    private long _messages;

    /// <summary>The target, "provider,model".</summary>
    public string Tier => tier;

    /// <summary>The numbers now.</summary>
    public DriftReport Report
    {
        get
        {
            lock (_lock)
            {
                return _report;
            }
        }
    }

    /// <summary>Requests that differed by 10 % and more but less than 25 %, and by 25 % and more.</summary>
    public (long Warnings, long Criticals) Alerts
    {
        get
        {
            lock (_lock)
            {
                return (_warnings, _criticals);
            }
        }
    }

    /// <summary>Tokens counted in requests to it, by part.</summary>
    public (long Messages, long System, long Tools) Counted => (Interlocked.Read(ref _messages), Interlocked.Read(ref _system), Interlocked.Read(ref _tools));

    /// <summary>How large the requests to it were that were counted, in tokens.</summary>
    public Histogram Sizes { get; } = new(Buckets.PreRequestTokens);

    /// <summary>The learned factor, and from how many requests; 1 and 0 until there are enough of them.</summary>
    public (double Factor, long Samples) Learned
    {
        get
        {
            lock (_lock)
            {
                return _learned >= LeastSamples ? (Math.Clamp(_factor, LeastFactor, MostFactor), _learned) : (1, 0);
            }
        }
    }

    /// <summary>Notes what was counted in a request to it.</summary>
    public void Count(in Tokenization.RequestTokens parts)
    {
        Interlocked.Add(ref _messages, parts.Messages);
        Interlocked.Add(ref _system, parts.System);
        Interlocked.Add(ref _tools, parts.Tools);
        Sizes.Observe((double)parts.Messages + parts.System + parts.Tools);
    }

    /// <summary>Notes one request's count and what the provider reported.</summary>
    public void Observe(long local, long upstream)
    {
        lock (_lock)
        {
            _report = _report with
            {
                Samples = _report.Samples + 1,
                CumulativeLocal = _report.CumulativeLocal + local,
                CumulativeUpstream = _report.CumulativeUpstream + upstream,
                LastLocal = local,
                LastUpstream = upstream,
            };
            var percent = Math.Abs(100.0 * (local - upstream) / upstream);
            _criticals += percent >= CriticalPercent ? 1 : 0;
            _warnings += percent is >= WarningPercent and < CriticalPercent ? 1 : 0;
            if (local >= LeastTokens)
            {
                _learned++;
                _factor += (((double)upstream / local) - _factor) * Math.Max(Weight, 1.0 / _learned);
            }
        }
    }
}
