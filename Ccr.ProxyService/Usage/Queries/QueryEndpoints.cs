using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccr.ProxyService.Usage;

/// <summary>The routes that answer questions about the past.</summary>
internal static class QueryEndpoints
{
    private const int MostSessionsAtOnce = 500;

    /// <summary>Maps /api/usage and /api/sessions.</summary>
    public static void MapUsageQueries(this IEndpointRouteBuilder endpoints)
    {
        Get("/api/usage", UsageAsync);
        Get("/api/sessions", SessionsAsync);

        void Get(string path, RequestDelegate handler) => endpoints.MapGet(path, handler);
    }

    private static async Task UsageAsync(HttpContext context)
    {
        var query = new ApiQuestion(context.Request.Query);
        if (UsageQuestionReader.Read(query, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()) is not { } question)
        {
            await RefuseAsync(context, query.Problem!);
            return;
        }

        UsageAnswer answer;
        try
        {
            answer = await context.RequestServices.GetRequiredService<UsageQueries>().AnswerAsync(question, context.RequestAborted);
        }
        catch (TooManyCountersException e)
        {
            query.Complain("interval", query.Text("interval")!, string.Create(
                CultureInfo.InvariantCulture,
                $"so many buckets of so many groups are {e.Count:N0} counters, and {UsageQueries.MostReads:N0} is the most; ask for a longer interval, a later from or a lower limit"));
            await RefuseAsync(context, query.Problem!);
            return;
        }

        await WriteAsync(context, answer, QueryJson.Default.UsageAnswer);
    }

    private static async Task SessionsAsync(HttpContext context)
    {
        var query = new ApiQuestion(context.Request.Query);
        var limit = query.Integer("limit", 1, MostSessionsAtOnce, 50);
        var offset = query.Integer("offset", 0, int.MaxValue, 0);
        if (query.Problem is { } problem)
        {
            await RefuseAsync(context, problem);
            return;
        }

        var list = await context.RequestServices.GetRequiredService<SessionQueries>().ListAsync(query.Text("application"), offset, limit, context.RequestAborted);
        await WriteAsync(context, list, QueryJson.Default.SessionList);
    }

    private static Task RefuseAsync(HttpContext context, string problem)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return WriteAsync(context, new ErrorReport(new("invalid_request_error", problem)), ApiJson.Default.ErrorReport);
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, value, type, context.RequestAborted);
    }
}
