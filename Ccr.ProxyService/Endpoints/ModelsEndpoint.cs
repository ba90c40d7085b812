using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Keys;

namespace Ccr.ProxyService.Endpoints;

/// <summary>GET /v1/models: every "provider,model" that can be asked for, in the shape of the caller: Gemini's under /v1beta, Anthropic's with an anthropic-version header, else OpenAI's.</summary>
internal sealed class ModelsEndpoint(IConfigStore store, TimeProvider time)
{
    private readonly DateTimeOffset _created = time.GetUtcNow();

    /// <summary>Lists all models.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var models = Models(http);
        var dialect = ClientDialects.Of(http.Request).Dialect;
        var output = new ArrayBufferWriter<byte>(1024);
        var json = new RawJsonWriter(output);
        json.Raw(dialect switch { Dialect.Anthropic => "{\"data\":["u8, Dialect.Gemini => "{\"models\":["u8, _ => "{\"object\":\"list\",\"data\":["u8 });
        for (var i = 0; i < models.Count; i++)
        {
            if (i > 0)
            {
                json.Raw(","u8);
            }

            Write(json, models[i], dialect);
        }

        json.Raw("]"u8);
        if (dialect == Dialect.Anthropic)
        {
            json.Raw(",\"has_more\":false,\"first_id\":"u8);
            WriteId(json, models.Count == 0 ? null : models[0].Id);
            json.Raw(",\"last_id\":"u8);
            WriteId(json, models.Count == 0 ? null : models[^1].Id);
        }

        json.Raw("}"u8);
        await SendAsync(http, output).ConfigureAwait(false);
    }

    /// <summary>Shows one model; 404 in the caller's shape when it is not known.</summary>
    public async Task HandleOneAsync(HttpContext http)
    {
        var id = http.Request.RouteValues["id"] as string ?? "";
        var known = Models(http).FirstOrDefault(m => m.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
        if (known.Id is null)
        {
            await ErrorAnswers.WriteAsync(http, ClientDialects.Of(http.Request), 404, "not_found_error", $"model: {id} is not configured; GET /v1/models lists what is.", "model", RequestIds.Of(http)).ConfigureAwait(false);
            return;
        }

        var output = new ArrayBufferWriter<byte>(256);
        Write(new(output), known, ClientDialects.Of(http.Request).Dialect);
        await SendAsync(http, output).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext http, ArrayBufferWriter<byte> output)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = output.WrittenCount;
        await http.Response.Body.WriteAsync(output.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    private static void WriteId(RawJsonWriter json, string? id)
    {
        if (id is null)
        {
            json.Raw("null"u8);
        }
        else
        {
            json.Quoted(id);
        }
    }

    /// <summary>All models, or those that the caller's virtual key may use.</summary>
    private List<(string Id, string Provider)> Models(HttpContext http)
    {
        var allowed = KeyCaller.Of(http)?.Key?.Models ?? [];
        var models = new List<(string, string)>();
        foreach (var provider in store.Current.Providers)
        {
            if (provider.DisabledReason is null)
            {
                foreach (var model in provider.Models)
                {
                    var id = $"{provider.Name},{model}";
                    if (ModelPatterns.Shows(allowed, id))
                    {
                        models.Add((id, provider.Name));
                    }
                }
            }
        }

        return models;
    }

    private void Write(RawJsonWriter json, (string Id, string Provider) model, Dialect dialect)
    {
        if (dialect == Dialect.Gemini)
        {
            json.Raw("{\"name\":"u8);
            json.Quoted("models/" + model.Id);
            json.Raw(",\"displayName\":"u8);
            json.Quoted(model.Id);
            json.Raw(",\"supportedGenerationMethods\":[\"generateContent\",\"streamGenerateContent\",\"countTokens\"]}"u8);
            return;
        }

        if (dialect == Dialect.Anthropic)
        {
            json.Raw("{\"type\":\"model\",\"id\":"u8);
            json.Quoted(model.Id);
            json.Raw(",\"display_name\":"u8);
            json.Quoted(model.Id);
            json.Raw(",\"created_at\":\""u8);
            json.Raw(System.Text.Encoding.ASCII.GetBytes(_created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)));
            json.Raw("\"}"u8);
            return;
        }

        json.Raw("{\"id\":"u8);
        json.Quoted(model.Id);
        json.Raw(",\"object\":\"model\",\"created\":"u8);
        json.Number(_created.ToUnixTimeSeconds());
        json.Raw(",\"owned_by\":"u8);
        json.Quoted(model.Provider);
        json.Raw("}"u8);
    }
}
