using System.Globalization;
using System.Text.RegularExpressions;
using Ccr.Protocols.Errors;

namespace Ccr.Protocols.Repair;

/// <summary>The words of a refusal, to be searched for phrases whatever their case.</summary>
internal sealed class ErrorText(ProviderError error)
{
    /// <summary>The provider's words.</summary>
    public string Message { get; } = error.Message;

    /// <summary>The field it names beside them; empty for none.</summary>
    public string Param { get; } = error.Param ?? "";

    /// <summary>Its code or type; empty for none.</summary>
    public string Code { get; } = error.Code ?? "";

    /// <summary>Whether the words hold any of the phrases.</summary>
    public bool HasAny(params ReadOnlySpan<string> phrases)
    {
        foreach (var phrase in phrases)
        {
            if (Has(phrase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the words hold the phrase.</summary>
    public bool Has(string phrase) => Message.Contains(phrase, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the words hold a name, not as a part of a longer one.</summary>
    public bool HasName(string name)
    {
        for (var at = Message.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = Message.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + name.Length;
            if ((at == 0 || !IsOfName(Message[at - 1])) && (end == Message.Length || !IsOfName(Message[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The whole number in a group of a match; null when the group is empty or too large to be one.</summary>
    public static long? Number(Match match, string group) =>
        match.Success && match.Groups[group] is { Success: true } found
        && long.TryParse(found.Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : null;

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
