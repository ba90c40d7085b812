using System.Text;

namespace Ccr.ProxyService.Configuration;

/// <summary>
/// Replaces <c>$UPPER_SNAKE</c> and <c>${ANY}</c> by environment variables. A dollar sign before anything else stays as it is;
/// <c>$$NAME</c> and <c>$${NAME}</c> stand for the literal text <c>$NAME</c> and <c>${NAME}</c>.
/// </summary>
internal static class EnvironmentInterpolation
{
    /// <summary>The text with its variables replaced; names of unset or empty variables are added to <paramref name="unset"/> and stay literal.</summary>
    public static string Apply(string text, Func<string, string?> environment, ICollection<string> unset)
    {
        if (!text.Contains('$'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var position = 0;
        while (position < text.Length)
        {
            var escaped = text.AsSpan(position).StartsWith("$$");
            var (name, length) = FindReference(text, escaped ? position + 1 : position);
            if (name is null)
            {
                result.Append(text[position++]);
                continue;
            }

            if (escaped)
            {
                result.Append(text, position + 1, length);
                position += length + 1;
                continue;
            }

            var value = environment(name);
            if (string.IsNullOrEmpty(value))
            {
                unset.Add(name);
                result.Append(text, position, length);
            }
            else
            {
                result.Append(value);
            }

            position += length;
        }

        return result.ToString();
    }

    // The variable's name and the length of the whole reference; null when no reference begins here.
    private static (string? Name, int Length) FindReference(string text, int start)
    {
        if (text[start] != '$' || start + 1 >= text.Length)
        {
            return (null, 0);
        }

        if (text[start + 1] == '{')
        {
            var close = text.IndexOf('}', start);
            return close > start + 2 ? (text[(start + 2)..close], close + 1 - start) : (null, 0);
        }

        // Only a whole word counts: $Name and $NAMEd are text, not NAME with letters behind it.
        var end = start + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        var word = text.AsSpan(start + 1, end - start - 1);
        var isName = word.Length > 0 && !char.IsAsciiDigit(word[0]) && !word.ContainsAnyInRange('a', 'z') && word.ContainsAnyInRange('A', 'Z');
        return isName ? (word.ToString(), end - start) : (null, 0);
    }
}
