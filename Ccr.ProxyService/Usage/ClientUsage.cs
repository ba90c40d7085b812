using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Clients' requests by who asked and what for. Everywhere here a request is one that a client sent, a failure one whose client got no complete
/// answer, and tokens and cost are those of all its tries, as in the total.
/// </summary>
internal sealed class ClientUsage
{
    /// <summary>Most keys that have counters of their own.</summary>
    public const int MostKeys = 1000;

    private const int MostWords = 50;

    /// <summary>By virtual key. Requests that needed no key are in none.</summary>
    public BoundedTable<string, UsageCounters> Keys { get; } = new(MostKeys, UsageRecorder.Other, static id => new(RedisKeys.Key(id)));

    /// <summary>By client program.</summary>
    public BoundedTable<string, UsageCounters> Applications { get; } = new(MostWords, UsageRecorder.Other, static name => new(RedisKeys.Application(name)));

    /// <summary>By routing scenario.</summary>
    public BoundedTable<string, UsageCounters> Scenarios { get; } = new(MostWords, UsageRecorder.Other, static name => new(RedisKeys.Scenario(name)));

    /// <summary>By session.</summary>
    public SessionTable Sessions { get; } = new();

    /// <summary>Every series there is, sessions aside.</summary>
    public IEnumerable<UsageCounters> Series =>
        [.. Keys.Entries.Select(k => k.Value), .. Applications.Entries.Select(a => a.Value), .. Scenarios.Entries.Select(s => s.Value)];

    /// <summary>Counts a finished request.</summary>
    /// <param name="record">Its account.</param>
    /// <param name="spent">What it cost.</param>
    /// <param name="target">The target that answered or was asked last.</param>
    public void Count(RequestRecord record, in ClientSpending spent, string? target)
    {
        if (record.Key is { } key)
        {
            Add(Keys[key], record, spent);
        }

        Add(Applications[record.ClientApplication], record, spent);
        Add(Scenarios[record.Scenario], record, spent);
        if (record.Session is { } session)
        {
            Sessions.Count(session, record, spent, target);
        }
    }

    /// <summary>Adds a request to one series.</summary>
    public static void Add(UsageCounters counters, RequestRecord record, in ClientSpending spent)
    {
        counters.AddRequest(record.Duration);
        counters.AddTokens(record.Tokens);
        counters.AddCost(spent.Micro, spent.Pico);
        if (spent.IsUnpriced)
        {
            counters.AddUnpriced();
        }

        if (record.Failure is not null && record.Status != UsageRecorder.ClientLeftStatus)
        {
            counters.AddFailure();
        }
    }
}
