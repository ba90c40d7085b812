using System.Text.Json;

namespace Ccr.ProxyService.Tokens;

/// <summary>The routes that show how token counts compare. Who may see them is decided before they are reached.</summary>
internal static class TokenEndpoints
{
    /// <summary>Maps /v1/token-drift and /v1/token-audit.</summary>
    public static void MapTokens(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/token-drift", DriftAsync);
        endpoints.MapGet("/v1/token-audit", AuditAsync);
    }

    private static Task DriftAsync(HttpContext context)
    {
        IReadOnlyList<DriftReport> report =
        [
            .. from tier in context.RequestServices.GetRequiredService<TokenDrift>().Tiers
               let numbers = tier.Report
               where numbers.Samples > 0
               select numbers,
        ];
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, report, TokenJson.Default.IReadOnlyListDriftReport, context.RequestAborted);
    }

    private static Task AuditAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(
            context.Response.BodyWriter, context.RequestServices.GetRequiredService<TokenAudit>().Entries, TokenJson.Default.IReadOnlyListAuditEntry, context.RequestAborted);
    }
}
