using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Keys;

/// <summary>Counts refusals by reason, from a closed list: no metric carries a key's name or id.</summary>
internal sealed class KeyCounters
{
    private static readonly string[] Words =
        ["missing", "invalid", "expired", "disabled", "unchecked", "admin", "model", "unpriced", "requests", "tokens", "concurrency", "budget_day", "budget_month", "reserved", "unreachable"];

    private readonly Counter[] _counters = [.. Words.Select(static _ => new Counter())];

    /// <summary>All reasons and their counts.</summary>
    public IEnumerable<(string Reason, long Count)> All => Words.Select((word, i) => (word, _counters[i].Value));

    /// <summary>Counts one.</summary>
    public void Refused(string reason) => _counters[Array.IndexOf(Words, reason)].Add();
}
