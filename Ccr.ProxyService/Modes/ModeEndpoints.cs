using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Modes;

/// <summary>The routes that show and set the mode, and what mode compare found. Who may call them is decided before they are reached.</summary>
internal static class ModeEndpoints
{
    private const int LongestBody = 4096;
    private const string Json = "application/json";

    /// <summary>Maps /api/mode, /api/tracing, /api/stats and /api/comparisons.</summary>
    public static void MapModes(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var modes = services.GetRequiredService<ModeState>();
        var store = services.GetRequiredService<IConfigStore>();
        var usage = services.GetRequiredService<UsageRecorder>();
        var comparisons = services.GetRequiredService<ComparisonLog>();
        var runner = services.GetRequiredService<CompareRunner>();
        routes.MapGet("/api/mode", http => WriteAsync(http, new ModeReport(RouterModes.Word(modes.Of(store.Current))), ModeJson.Default.ModeReport));
        routes.MapPut("/api/mode", http => SetModeAsync(http, modes, store.Current));
        routes.MapGet("/api/tracing", http => WriteAsync(http, new TracingReport(modes.IsTracing), ModeJson.Default.TracingReport));
        routes.MapPut("/api/tracing", http => SetTracingAsync(http, modes, comparisons));
        routes.MapGet("/api/stats", http => WriteAsync(
            http, new StatsReport(usage.Total[UsageField.Requests], usage.Total[UsageField.InputTokens], usage.Total[UsageField.OutputTokens], usage.ToolCalls.Value), ModeJson.Default.StatsReport));
        routes.MapGet("/api/comparisons", http => WriteAsync(http, new ComparisonList(runner.Running, runner.Dropped, comparisons.Read()), ModeJson.Default.ComparisonList));
    }

    private static async Task SetModeAsync(HttpContext http, ModeState modes, CcrConfig config)
    {
        var word = await ReadAsync(http, "mode").ConfigureAwait(false) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : null;
        if (word is null || RouterModes.Of(word) is not { } mode)
        {
            await RefuseAsync(http, 400, $"The body must be {{\"mode\":\"…\"}} with one of {RouterModes.Known}.").ConfigureAwait(false);
            return;
        }

        if (modes.Fault(mode, config) is { } fault)
        {
            await RefuseAsync(http, fault.Status, fault.Message).ConfigureAwait(false);
            return;
        }

        modes.Set(mode);
        await WriteAsync(http, new ModeReport(RouterModes.Word(mode)), ModeJson.Default.ModeReport).ConfigureAwait(false);
    }

    private static async Task SetTracingAsync(HttpContext http, ModeState modes, ComparisonLog comparisons)
    {
        if (await ReadAsync(http, "enabled").ConfigureAwait(false) is not { ValueKind: JsonValueKind.True or JsonValueKind.False } value)
        {
            await RefuseAsync(http, 400, "The body must be {\"enabled\":true} or {\"enabled\":false}.").ConfigureAwait(false);
            return;
        }

        modes.IsTracing = value.GetBoolean();
        if (!modes.IsTracing)
        {
            comparisons.ForgetTexts();
        }

        await WriteAsync(http, new TracingReport(modes.IsTracing), ModeJson.Default.TracingReport).ConfigureAwait(false);
    }

    /// <summary>A member of the body; null when there is none or the body is no JSON object.</summary>
    private static async Task<JsonElement?> ReadAsync(HttpContext http, string name)
    {
        using var body = await PooledBody.ReadAsync(http.Request.Body, http.Request.ContentLength, LongestBody, http.RequestAborted).ConfigureAwait(false);
        if (body is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? value.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return WriteAsync(http, new ErrorReport(new(status == 403 ? "permission_error" : "invalid_request_error", message)), ApiJson.Default.ErrorReport);
    }

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = Json;
        return JsonSerializer.SerializeAsync(http.Response.BodyWriter, value, type, http.RequestAborted);
    }
}
