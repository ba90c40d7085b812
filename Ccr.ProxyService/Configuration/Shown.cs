using System.Text;

namespace Ccr.ProxyService.Configuration;

/// <summary>Text of a file, made fit for one line of a console or log: no control characters, not endless.</summary>
internal static class Shown
{
    /// <summary>The text in double quotes.</summary>
    public static string Quoted(string text) => $"\"{Plain(text, 80)}\"";

    /// <summary>The texts in double quotes, with commas; the first 20.</summary>
    public static string List(IEnumerable<string> texts)
    {
        var all = texts.ToList();
        var shown = string.Join(", ", all.Take(20).Select(Quoted));
        return all.Count > 20 ? $"{shown} and {all.Count - 20} more" : shown;
    }

    /// <summary>The text without control characters, cut after <paramref name="limit"/>.</summary>
    public static string Plain(string text, int limit)
    {
        var plain = new StringBuilder(Math.Min(text.Length, limit + 1));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= limit)
            {
                return plain.Append('…').ToString();
            }

            // Format characters (bidirectional overrides and the like) can make a line read as another.
            var hidden = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is
                System.Globalization.UnicodeCategory.Format or
                System.Globalization.UnicodeCategory.LineSeparator or
                System.Globalization.UnicodeCategory.ParagraphSeparator;
            plain.Append(hidden ? "�" : rune.ToString());
        }

        return plain.ToString();
    }
}
