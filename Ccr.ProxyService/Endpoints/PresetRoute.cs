namespace Ccr.ProxyService.Endpoints;

/// <summary>Addresses below /preset/NAME.</summary>
internal static class PresetRoute
{
    /// <summary>What stands before /v1 in such addresses.</summary>
    public const string Prefix = "/preset/{preset}";

    /// <summary>The preset that a request names; null for none.</summary>
    public static string? Of(HttpContext http) => http.Request.RouteValues.TryGetValue("preset", out var name) ? name as string : null;
}
