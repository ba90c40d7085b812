using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Tokens;

/// <summary>What this process counted of its own counting since it started.</summary>
internal sealed class TokenTotals
{
    private readonly BoundedTable<string, Counter> _answers = new(8, "other", static _ => new());

    /// <summary>Answers to count_tokens, by who counted.</summary>
    public IEnumerable<KeyValuePair<string, Counter>> Answers => _answers.Entries.OrderBy(static a => a.Key, StringComparer.Ordinal);

    /// <summary>Requests that were not counted for the comparison, because they were too many or too long.</summary>
    public Counter Skipped { get; } = new();

    /// <summary>Notes an answer to count_tokens.</summary>
    public void Answered(string source) => _answers[source].Add();
}
