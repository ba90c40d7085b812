using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>What is counted for one route target, "provider,model".</summary>
internal sealed class TargetUsage(string name)
{
    // Reasons are a closed list in this program; the limit holds should one ever carry a provider's words.
    private const int MostReasons = 30;

    /// <summary>"provider,model", as in the configuration; the label <c>tier</c> of the metrics.</summary>
    public string Name { get; } = name;

    /// <summary>True when the model is a client's word: neither its provider's list nor a route has it.</summary>
    public bool IsUnlisted { get; set; }

    /// <summary>Answers, failed tries and tokens.</summary>
    public UsageCounters Counters { get; } = new(RedisKeys.Tier(name));

    /// <summary>Failed tries by reason.</summary>
    public BoundedTable<string, Counter> Failures { get; } = new(MostReasons, UsageRecorder.Other, static _ => new Counter());

    /// <summary>Seconds from sending to the end of the answer; answers only.</summary>
    public Histogram Duration { get; } = new(Buckets.Duration);

    /// <summary>Seconds from the request line to the first content.</summary>
    public Histogram FirstContent { get; } = new(Buckets.FirstContent);

    /// <summary>Output tokens per second after the first content; streams only.</summary>
    public Histogram TokensPerSecond { get; } = new(Buckets.TokensPerSecond);

    /// <summary>How fast its last streamed answers came.</summary>
    public ThroughputRing Throughput { get; } = new();

    /// <summary>Adds everything that was counted for another one.</summary>
    public void Add(TargetUsage other)
    {
        Counters.Add(other.Counters);
        Duration.Add(other.Duration);
        FirstContent.Add(other.FirstContent);
        TokensPerSecond.Add(other.TokensPerSecond);
        foreach (var (reason, count) in other.Failures.Entries)
        {
            Failures[reason].Add(count.Value);
        }
    }
}
