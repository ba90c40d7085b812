using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Pricing;

/// <summary>Gives the tries of a finished request their costs.</summary>
internal static class AttemptPrices
{
    /// <summary>
    /// The same tries, priced. A try that has no tokens of its own used none, except that <paramref name="answer"/>, what the answer used, is
    /// the last one's.
    /// </summary>
    public static IReadOnlyList<AttemptRecord> Set(List<AttemptRecord> attempts, in TokenUsage answer, CcrConfig config, PriceBook book, DateTimeOffset at)
    {
        for (var i = 0; i < attempts.Count; i++)
        {
            var attempt = attempts[i];
            var tokens = attempt.Tokens.IsZero && i == attempts.Count - 1 ? answer : attempt.Tokens;
            if (!tokens.IsZero)
            {
                var price = (config.FindProvider(attempt.Provider) ?? (attempt.Provider == ModeConfig.PassthroughName ? config.Mode.Passthrough : null)) is { } provider ? book.Find(provider, attempt.Model, at) : null;
                attempts[i] = attempt with { Tokens = tokens, Cost = price is null ? null : Cost.Of(price, tokens) };
            }
        }

        return attempts;
    }
}
