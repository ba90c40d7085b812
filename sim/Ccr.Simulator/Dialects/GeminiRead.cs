using System.Text;
using System.Text.Json;

namespace Ccr.Simulator.Dialects;

/// <summary>Google reads each field in two spellings, <c>functionCall</c> and <c>function_call</c>.</summary>
internal static class GeminiRead
{
    /// <summary>A property in either spelling, given as camel case; undefined when it is missing.</summary>
    public static JsonElement Either(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: not JsonValueKind.Undefined } value ? value : element.Get(Snake(name));

    /// <summary>A string property in either spelling; null when it is missing or no string.</summary>
    public static string? EitherText(this JsonElement element, string name) =>
        element.Either(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The camel case of a name in either spelling.</summary>
    public static string Camel(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
        {
            return name;
        }

        var text = new StringBuilder(name.Length);
        foreach (var word in name.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append(text.Length == 0 ? word[0] : char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
        }

        return text.ToString();
    }

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter))
            {
                text.Append('_').Append(char.ToLowerInvariant(letter));
            }
            else
            {
                text.Append(letter);
            }
        }

        return text.ToString();
    }
}
