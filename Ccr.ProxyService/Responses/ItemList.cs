using System.Buffers;
using System.Text.Json;

namespace Ccr.ProxyService.Responses;

/// <summary>The list object around items: {"object":"list","data":[…],"has_more":false}.</summary>
internal static class ItemList
{
    /// <summary>The list of an array of items.</summary>
    public static byte[] Of(byte[] items)
    {
        string? first = null, last = null;
        using (var document = JsonDocument.Parse(items))
        {
            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
                {
                    last = id.GetString();
                    first ??= last;
                }
            }
        }

        var output = new ArrayBufferWriter<byte>(items.Length + 128);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "list"u8);
            writer.WritePropertyName("data"u8);
            writer.WriteRawValue(items);
            writer.WriteString("first_id"u8, first);
            writer.WriteString("last_id"u8, last);
            writer.WriteBoolean("has_more"u8, false);
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
