using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Repair;

/// <summary>Fields of a body that have one meaning and a name in each dialect.</summary>
internal static class BodyFields
{
    /// <summary>The output limit; null when the body has none.</summary>
    public static long? MaxTokens(JsonObject body, Dialect dialect) => Number(Limit(body, dialect, out var name)?[name]);

    /// <summary>Sets the output limit where the body has one.</summary>
    public static void SetMaxTokens(JsonObject body, Dialect dialect, long max)
    {
        if (Limit(body, dialect, out var name) is { } holder && holder.ContainsKey(name))
        {
            holder[name] = max;
        }
    }

    /// <summary>A number; null for anything else.</summary>
    public static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    /// <summary>The text of a string; null for anything else.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The objects of a list; none when it is no list.</summary>
    public static IEnumerable<JsonObject> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonObject>() : [];

    private static JsonObject? Limit(JsonObject body, Dialect dialect, out string name)
    {
        name = dialect switch
        {
            Dialect.Anthropic => "max_tokens",
            Dialect.OpenAIChat => body.ContainsKey("max_completion_tokens") ? "max_completion_tokens" : "max_tokens",
            Dialect.OpenAIResponses => "max_output_tokens",
            _ => "maxOutputTokens",
        };
        return dialect == Dialect.Gemini ? body["generationConfig"] as JsonObject : body;
    }
}
