using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Endpoints;

/// <summary>The HTTP surface. Handlers are plain delegates: nothing is bound by reflection.</summary>
internal static class ProxyEndpoints
{
    /// <summary>Maps the client protocols and the answers to everything else.</summary>
    public static void MapProxy(this IEndpointRouteBuilder routes)
    {
        var messages = routes.ServiceProvider.GetRequiredService<MessagesEndpoint>();
        var count = routes.ServiceProvider.GetRequiredService<CountTokensEndpoint>();
        var models = routes.ServiceProvider.GetRequiredService<ModelsEndpoint>();

        // Base URLs that end in /v1 make some clients double it.
        foreach (var prefix in (string[])["/v1", "/v1/v1"])
        {
            routes.MapPost(prefix + "/messages", messages.HandleAsync);
            routes.MapPost(prefix + "/messages/count_tokens", count.HandleAsync);
            routes.MapGet(prefix + "/models", models.HandleAsync);
            routes.MapGet(prefix + "/models/{**id}", models.HandleOneAsync);
        }

        routes.MapMethods("/", ["GET", "HEAD"], static http =>
        {
            http.Response.ContentType = "application/json";
            return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsync("{\"name\":\"ccr\",\"endpoints\":[\"/v1/messages\",\"/v1/messages/count_tokens\",\"/v1/models\",\"/v1/usage\",\"/metrics\",\"/health\"]}");
        });
        routes.MapFallback(static http => ErrorAnswers.WriteAsync(http, 404, "not_found_error",
            $"There is no {http.Request.Method} {http.Request.Path} here; clients of Anthropic's protocol use POST /v1/messages.", RequestIds.Of(http)));
    }
}
