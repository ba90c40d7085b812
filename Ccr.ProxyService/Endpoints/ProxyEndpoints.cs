using Ccr.Protocols.Anthropic;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.OpenAIResponses;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Modes;
using Ccr.ProxyService.Responses;

namespace Ccr.ProxyService.Endpoints;

/// <summary>The HTTP surface. Handlers are plain delegates: nothing is bound by reflection.</summary>
internal static class ProxyEndpoints
{
    private const string Root = """{"name":"ccr","endpoints":["/v1/messages","/v1/messages/count_tokens","/v1/chat/completions","/v1/responses","/v1beta/models/{model}:generateContent","/v1/models","/v1/usage","/metrics","/health"]}""";

    /// <summary>Maps the client protocols and the answers to everything else.</summary>
    public static void MapProxy(this IEndpointRouteBuilder routes)
    {
        var generation = routes.ServiceProvider.GetRequiredService<GenerationEndpoint>();
        var count = routes.ServiceProvider.GetRequiredService<CountTokensEndpoint>();
        var models = routes.ServiceProvider.GetRequiredService<ModelsEndpoint>();
        var responses = routes.ServiceProvider.GetRequiredService<ResponsesEndpoint>();

        var explain = routes.ServiceProvider.GetRequiredService<ExplainEndpoint>();
        routes.MapPost("/v1/route/explain", explain.HandleAsync);
        routes.MapPost(PresetRoute.Prefix + "/v1/route/explain", explain.HandleAsync);
        routes.MapGet("/v1/presets", routes.ServiceProvider.GetRequiredService<PresetsEndpoint>().HandleAsync);

        // Base URLs that end in /v1 make some clients double it.
        foreach (var prefix in (string[])["/v1", "/v1/v1", PresetRoute.Prefix + "/v1", PresetRoute.Prefix + "/v1/v1"])
        {
            routes.MapPost(prefix + "/messages", http => generation.HandleAsync(http, ClientDialects.Anthropic, AnthropicRequestPeek.Read));
            routes.MapPost(prefix + "/messages/count_tokens", count.HandleAsync);
            routes.MapPost(prefix + "/chat/completions", http => generation.HandleAsync(http, ClientDialects.Chat, ChatRequestPeek.Read));
            routes.MapPost(prefix + "/responses", http => generation.HandleAsync(http, ClientDialects.Responses, ResponsesRequestPeek.Read));
            routes.MapGet(prefix + "/responses", ResponsesEndpoint.RefuseUpgradeAsync);
            routes.MapGet(prefix + "/responses/{id}", responses.GetAsync);
            routes.MapGet(prefix + "/responses/{id}/input_items", responses.GetInputItemsAsync);
            routes.MapDelete(prefix + "/responses/{id}", responses.DeleteAsync);
            routes.MapGet(prefix + "/models", models.HandleAsync);
            routes.MapGet(prefix + "/models/{**id}", models.HandleOneAsync);
        }

        foreach (var prefix in (string[])["/v1beta", "/v1alpha", "/v1", PresetRoute.Prefix + "/v1beta", PresetRoute.Prefix + "/v1alpha", PresetRoute.Prefix + "/v1"])
        {
            routes.MapPost(prefix + "/models/{**id}", http => HandleGeminiAsync(http, generation, count));
        }

        foreach (var prefix in (string[])["/v1beta", PresetRoute.Prefix + "/v1beta"])
        {
            routes.MapGet(prefix + "/models", models.HandleAsync);
            routes.MapGet(prefix + "/models/{**id}", models.HandleOneAsync);
        }

        routes.MapMethods("/", ["GET", "HEAD"], static http =>
        {
            http.Response.ContentType = "application/json";
            return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsync(Root);
        });

        // Not only paths that look like no file: Anthropic's may have dots.
        routes.MapFallback("{*path}", routes.ServiceProvider.GetRequiredService<PassthroughEndpoint>().HandleAsync);
    }

    /// <summary>…/models/MODEL:verb. A model "provider,name" may itself hold slashes and colons; the verb is what follows the last colon.</summary>
    private static Task HandleGeminiAsync(HttpContext http, GenerationEndpoint generation, CountTokensEndpoint count)
    {
        var action = Uri.UnescapeDataString(http.Request.RouteValues["id"] as string ?? "");
        var colon = action.LastIndexOf(':');
        var model = colon < 0 ? action : action[..colon];
        return (colon < 0 ? "" : action[(colon + 1)..]) switch
        {
            "generateContent" => generation.HandleGeminiAsync(http, model, stream: false),
            "streamGenerateContent" => generation.HandleGeminiAsync(http, model, stream: true),
            "countTokens" => count.HandleGeminiAsync(http, model),
            _ => ErrorAnswers.WriteAsync(http, ClientDialects.Gemini, 404, "not_found_error",
                $"There is no {http.Request.Method} {http.Request.Path} here; after the model come :generateContent, :streamGenerateContent or :countTokens.", null, RequestIds.Of(http)),
        };
    }
}
