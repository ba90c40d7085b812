using System.Buffers;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Routing.Presets;

namespace Ccr.ProxyService.Endpoints;

/// <summary>GET /v1/presets: what can stand in /preset/NAME/v1/…, in the Rust router's shape.</summary>
internal sealed class PresetsEndpoint(IConfigStore store, PresetBook presets)
{
    /// <summary>Lists them.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            foreach (var preset in presets.All(store.Current))
            {
                json.WriteStartObject();
                json.WriteString("name", preset.Name);
                json.WriteString("route", preset.Route);
                json.WritePropertyName("max_tokens");
                json.WriteRawValue(preset.Entry?.MaxTokens?.ToJsonString() ?? "null");
                json.WritePropertyName("temperature");
                json.WriteRawValue(preset.Entry?.Temperature?.ToJsonString() ?? "null");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = output.WrittenCount;
        await http.Response.Body.WriteAsync(output.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }
}
