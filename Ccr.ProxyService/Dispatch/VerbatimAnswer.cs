namespace Ccr.ProxyService.Dispatch;

/// <summary>An answer of a provider that goes to the client as it is.</summary>
internal sealed record VerbatimAnswer(int Status, string? ContentType, byte[] Body, HttpResponseMessage Response);
