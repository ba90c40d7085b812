using System.Collections.Concurrent;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Health;

/// <summary>What is known of one target.</summary>
internal sealed class TargetEntry(string name, Func<double> random)
{
    private long _lastForced;
    private readonly ConcurrentDictionary<string, Cooldown> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Counter> _refusals = new(StringComparer.Ordinal);
    private int _active;

    /// <summary>"provider,model".</summary>
    public string Name { get; } = name;

    /// <summary>Whether it is asked at all.</summary>
    public Breaker Breaker { get; } = new(random);

    /// <summary>The rest after the provider said that there is no such model.</summary>
    public Cooldown Missing { get; } = new();

    /// <summary>Time to first content.</summary>
    public LatencyAverage Latency { get; } = new();

    /// <summary>Answers that came whole.</summary>
    public Counter Answers { get; } = new();

    /// <summary>Attempts that failed.</summary>
    public Counter Failures { get; } = new();

    /// <summary>Answers of 429.</summary>
    public Counter RateLimitHits { get; } = new();

    /// <summary>Times that a key began to rest here for a rate limit, said by a 429 or by headers.</summary>
    public Counter RateLimitBackoffs { get; } = new();

    /// <summary>Times that it was not asked, by <see cref="Refusal.Word"/>.</summary>
    public IReadOnlyDictionary<string, Counter> Refusals => _refusals;

    /// <summary>The last failure's word; null when the last call succeeded.</summary>
    public string? LastFailure { get; set; }

    /// <summary>The provider as it was configured at the last call; null before it.</summary>
    public ProviderConfig? Provider { get; set; }

    /// <summary>The last call, Unix milliseconds.</summary>
    public long LastUse { get; set; }

    /// <summary>Calls under way.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The rest of a key for this model.</summary>
    public Cooldown KeyRest(string keyId) => _keys.GetOrAdd(keyId, static _ => new());

    /// <summary>Whether the key rests for this model.</summary>
    public bool IsKeyCooling(string keyId, long now) => _keys.TryGetValue(keyId, out var rest) && rest.IsCooling(now);

    /// <summary>A call begins.</summary>
    public void Begin() => Interlocked.Increment(ref _active);

    /// <summary>A call ended.</summary>
    public void End() => Interlocked.Decrement(ref _active);

    /// <summary>It was not asked.</summary>
    public void Refused(string word) => _refusals.GetOrAdd(word, static _ => new()).Add();

    /// <summary>Takes the next of the calls that go past an open breaker because nobody else answers: one in a quarter of a second.</summary>
    public bool TryForce(long now)
    {
        var last = Interlocked.Read(ref _lastForced);
        return now - last >= 250 && Interlocked.CompareExchange(ref _lastForced, now, last) == last;
    }
}
