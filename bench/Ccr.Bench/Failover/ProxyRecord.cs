namespace Ccr.Bench.Failover;

/// <summary>One request in the proxy's own account, <c>/api/requests</c>.</summary>
/// <param name="Tries">For each try the provider and the failure; null: it gave the answer.</param>
/// <param name="Provider">Who gave the answer.</param>
/// <param name="InputTokens">Input tokens that were counted.</param>
/// <param name="OutputTokens">Output tokens that were counted.</param>
internal sealed record ProxyRecord(IReadOnlyList<(string Provider, string? Failure)> Tries, string? Provider, long InputTokens, long OutputTokens);
