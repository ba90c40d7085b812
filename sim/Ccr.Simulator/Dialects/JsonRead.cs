using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>Reading of requests that may hold anything: a wrong type is refused by name, never thrown as it comes.</summary>
internal static class JsonRead
{
    /// <summary>A property; undefined when it is missing, null, or the element is no object.</summary>
    public static JsonElement Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>A string property; null when it is missing or no string.</summary>
    public static string? GetText(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool IsTrue(this JsonElement element, string name) => element.Get(name).ValueKind == JsonValueKind.True;

    /// <summary>The items of an array property; none when it is missing. Anything else than an array is refused.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.Get(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        var other => throw new RefusedException($"{name}: expected an array, got {Kind(other)}"),
    };

    /// <summary>A required string.</summary>
    public static string Need(this JsonElement element, string name) =>
        element.GetText(name) is { Length: > 0 } text ? text : throw new RefusedException($"{name}: field required, a string");

    /// <summary>A required array with at least one item.</summary>
    public static List<JsonElement> NeedItems(this JsonElement element, string name)
    {
        var items = element.Items(name).ToList();
        return items.Count > 0 ? items : throw new RefusedException($"{name}: field required, an array of at least one item");
    }

    /// <summary>The text of a content that is a string or a list of parts; parts without text are left out.</summary>
    public static string Flatten(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join('\n', content.EnumerateArray().Select(p => p.GetText("text")).OfType<string>()),
        _ => "",
    };

    /// <summary>The text of the assistant's own content, its parts without anything between them.</summary>
    public static string Join(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(p => p.GetText("text")).OfType<string>()),
        _ => "",
    };

    /// <summary>True for 1 to <paramref name="longest"/> letters, digits, underscores and hyphens: what names and ids of tools are made of.</summary>
    public static bool IsWord(string? text, int longest) =>
        text is { Length: > 0 } && text.Length <= longest && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Refuses a top-level field that the dialect does not have.</summary>
    public static void RefuseUnknown(JsonElement body, HashSet<string> known)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new RefusedException($"{property.Name}: Extra inputs are not permitted");
            }
        }
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Object => "an object",
        _ => "a boolean",
    };
}
