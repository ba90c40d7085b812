using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Bodies that a configuration changes after they are written: parsed, edited, written again. Off the usual path.</summary>
internal static class EditedBody
{
    private static readonly JsonWriterOptions AsTheyWere = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body with the changes made; the order and the numbers of everything else stay.</summary>
    public static PooledWriter Make(ReadOnlySpan<byte> body, Action<JsonObject> edit)
    {
        var parsed = JsonNode.Parse(body, new JsonNodeOptions(), new JsonDocumentOptions { MaxDepth = 256 })!.AsObject();
        edit(parsed);
        var output = new PooledWriter(body.Length + 256);
        using var writer = new Utf8JsonWriter(output, AsTheyWere);
        parsed.WriteTo(writer);
        return output;
    }
}
