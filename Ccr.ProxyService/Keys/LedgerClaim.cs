namespace Ccr.ProxyService.Keys;

/// <summary>What a request wants to be let in with.</summary>
/// <param name="Nano">The most it may cost, in <see cref="Keys.Nano"/>.</param>
/// <param name="Tokens">The tokens it is entered with until it is known what it used.</param>
internal readonly record struct LedgerClaim(long Nano, long Tokens);
