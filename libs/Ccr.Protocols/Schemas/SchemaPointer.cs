using System.Globalization;
using System.Text.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>Finds what a reference into the same schema ("#/$defs/Name") stands for.</summary>
internal static class SchemaPointer
{
    /// <summary>The schema referred to; null when it is elsewhere or nowhere.</summary>
    public static JsonElement? Resolve(JsonElement root, JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var path = reference.GetString()!;
        if (path == "#")
        {
            return root;
        }

        if (!path.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var at = root;
        foreach (var step in path[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var next))
            {
                at = next;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
