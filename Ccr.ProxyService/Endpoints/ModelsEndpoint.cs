using System.Buffers;
using Ccr.Protocols.Json;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Endpoints;

/// <summary>GET /v1/models: every "provider,model" that can be asked for, in the shape of the caller: Anthropic's with an anthropic-version header, else OpenAI's.</summary>
internal sealed class ModelsEndpoint(IConfigStore store, TimeProvider time)
{
    private readonly DateTimeOffset _created = time.GetUtcNow();

    /// <summary>Lists all models.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var models = Models();
        var anthropic = http.Request.Headers.ContainsKey("anthropic-version");
        var output = new ArrayBufferWriter<byte>(1024);
        var json = new RawJsonWriter(output);
        json.Raw(anthropic ? "{\"data\":["u8 : "{\"object\":\"list\",\"data\":["u8);
        for (var i = 0; i < models.Count; i++)
        {
            if (i > 0)
            {
                json.Raw(","u8);
            }

            Write(json, models[i], anthropic);
        }

        json.Raw("]"u8);
        if (anthropic)
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
        var known = Models().FirstOrDefault(m => m.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
        if (known.Id is null)
        {
            await ErrorAnswers.WriteAsync(http, 404, "not_found_error", $"model: {id} is not configured; GET /v1/models lists what is.", RequestIds.Of(http)).ConfigureAwait(false);
            return;
        }

        var output = new ArrayBufferWriter<byte>(256);
        Write(new(output), known, http.Request.Headers.ContainsKey("anthropic-version"));
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

    private List<(string Id, string Provider)> Models()
    {
        var models = new List<(string, string)>();
        foreach (var provider in store.Current.Providers)
        {
            if (provider.DisabledReason is null)
            {
                foreach (var model in provider.Models)
                {
                    models.Add(($"{provider.Name},{model}", provider.Name));
                }
            }
        }

        return models;
    }

    private void Write(RawJsonWriter json, (string Id, string Provider) model, bool anthropic)
    {
        if (anthropic)
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
