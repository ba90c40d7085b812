namespace Ccr.ProxyService.Usage;

/// <summary>The answer of /api/requests: newest first.</summary>
/// <param name="Requests">The page.</param>
/// <param name="Next">What to give as <c>before</c> to get the next page; null when there is none.</param>
/// <param name="Source">"redis": the last requests of all replicas; "memory": those of this process.</param>
internal sealed record RequestList(IReadOnlyList<RequestReport> Requests, string? Next, string Source);
