using Ccr.ProxyService.Usage;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Compares our counts with what providers report, target by target, and learns the factor for models whose encoding is not public. Of this
/// process and since its start; at most 400 targets, the rest together. Takes calls from any thread and keeps nobody waiting.
/// </summary>
internal sealed class TokenDrift
{
    private const int MostTiers = 400;
    private const string Other = "other";

    private readonly BoundedTable<string, TierDrift> _tiers = new(MostTiers, Other, static tier => new(tier));

    /// <summary>All targets, by name.</summary>
    public IReadOnlyList<TierDrift> Tiers => [.. _tiers.Entries.Select(static t => t.Value).OrderBy(static t => t.Tier, StringComparer.Ordinal)];

    /// <summary>Notes what was counted in a request to a target.</summary>
    public void Count(string tier, in RequestTokens parts) => _tiers[tier].Count(parts);

    /// <summary>Notes a request's count, before any factor, and the input tokens that the provider reported; a report of none says nothing.</summary>
    public void Observe(string tier, long localTokens, long upstreamInput)
    {
        if (localTokens > 0 && upstreamInput > 0)
        {
            _tiers[tier].Observe(localTokens, upstreamInput);
        }
    }

    /// <summary>The factor on a target's counts now.</summary>
    public TokenCalibration Factor(TargetTokenizer tokenizer)
    {
        if (tokenizer.Choice?.Calibration is { } configured)
        {
            return new(configured, 0, true);
        }

        // Not the table's indexer, which would make an entry for a target that was never compared.
        return tokenizer.Learns && _tiers.Find(tokenizer.Name) is { } tier && tier.Learned is var (factor, samples) ? new(factor, samples, false) : new(1, 0, false);
    }
}
