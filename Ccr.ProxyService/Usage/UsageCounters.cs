using Ccr.ProxyService.Pricing;

namespace Ccr.ProxyService.Usage;

/// <summary>The counters of one usage series since the start of the process. They only grow; adding takes no lock.</summary>
internal sealed class UsageCounters(string series)
{
    /// <summary>How many counters a series has.</summary>
    public const int Count = (int)UsageField.CacheWriteHourTokens + 1;

    /// <summary>The counters' names in Redis, by <see cref="UsageField"/>.</summary>
    public static readonly string[] Names =
    [
        "requests", "failures", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "duration_ms",
        "cost_micro", "cost_pico", "unpriced_requests", "cache_write_hour_tokens",
    ];

    private readonly long[] _values = new long[Count];

    /// <summary>The series' name (<see cref="ServiceDefaults.RedisKeys"/>).</summary>
    public string Series { get; } = series;

    /// <summary>The counter's value now.</summary>
    public long this[UsageField field] => Scale(field, Interlocked.Read(ref _values[(int)field]));

    /// <summary>Counts one request or answer, and the time it took.</summary>
    public void AddRequest(TimeSpan duration)
    {
        Interlocked.Increment(ref _values[(int)UsageField.Requests]);
        Interlocked.Add(ref _values[(int)UsageField.DurationMs], Math.Max(0, duration.Ticks));
    }

    /// <summary>Counts one failure.</summary>
    public void AddFailure() => Interlocked.Increment(ref _values[(int)UsageField.Failures]);

    /// <summary>Counts an answer's tokens.</summary>
    public void AddTokens(in TokenUsage tokens)
    {
        Add(UsageField.InputTokens, tokens.Input);
        Add(UsageField.OutputTokens, tokens.Output);
        Add(UsageField.CacheReadTokens, tokens.CacheRead);
        Add(UsageField.CacheWriteTokens, tokens.CacheWrite);
        Add(UsageField.CacheWriteHourTokens, tokens.CacheWriteHour);
        Add(UsageField.ReasoningTokens, tokens.Reasoning);
    }

    /// <summary>Counts what was spent, to the last decimal.</summary>
    public void AddCost(decimal cost)
    {
        var (micro, pico) = Cost.Split(cost);
        AddCost(micro, pico);
    }

    /// <summary>Counts what was spent, in the parts of <see cref="Cost.Split"/>.</summary>
    public void AddCost(long micro, long pico)
    {
        Add(UsageField.CostMicro, micro);
        Add(UsageField.CostPico, pico);
    }

    /// <summary>Counts a request or try whose cost is not known.</summary>
    public void AddUnpriced() => Interlocked.Increment(ref _values[(int)UsageField.UnpricedRequests]);

    /// <summary>Adds everything that another series has counted.</summary>
    public void Add(UsageCounters other)
    {
        for (var i = 0; i < Count; i++)
        {
            Interlocked.Add(ref _values[i], Interlocked.Read(ref other._values[i]));
        }
    }

    // Durations are summed in ticks and rounded only when read, so that a million answers of 0.4 ms do not count as none.
    private static long Scale(UsageField field, long value) => field == UsageField.DurationMs ? value / TimeSpan.TicksPerMillisecond : value;

    private void Add(UsageField field, long amount)
    {
        if (amount > 0)
        {
            Interlocked.Add(ref _values[(int)field], amount);
        }
    }
}
