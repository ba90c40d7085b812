namespace Ccr.ProxyService.Tokens;

/// <summary>One entry of /v1/token-audit: a request's tokens as counted here, before any factor.</summary>
/// <param name="Timestamp">When it was counted, RFC 3339 with milliseconds, UTC.</param>
/// <param name="Tier">The first target, "provider,model".</param>
/// <param name="MessageTokens">Of the messages.</param>
/// <param name="SystemTokens">Of the system prompt.</param>
/// <param name="ToolTokens">Of the tool definitions.</param>
/// <param name="TotalTokens">All together.</param>
internal sealed record AuditEntry(string Timestamp, string Tier, long MessageTokens, long SystemTokens, long ToolTokens, long TotalTokens);
