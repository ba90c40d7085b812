namespace Ccr.ProxyService.Usage;

/// <summary>The answer of /api/requests: newest first.</summary>
internal sealed record RequestList(IReadOnlyList<RequestReport> Requests);
