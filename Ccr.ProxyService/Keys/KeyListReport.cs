namespace Ccr.ProxyService.Keys;

/// <summary>GET /api/keys.</summary>
/// <param name="Keys">All keys, by name.</param>
internal sealed record KeyListReport(IReadOnlyList<KeyReport> Keys);
