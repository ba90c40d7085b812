using System.Globalization;

namespace Ccr.Bench.Failover;

/// <summary>The text that is expected, <c>w1 w2 … w60</c>, and what is wrong with another.</summary>
internal static class NumberedWords
{
    /// <summary>The whole text, or the text without one word.</summary>
    public static string Text(int count, int without = 0) => string.Join(' ', Enumerable.Range(1, count).Where(n => n != without).Select(Word));

    /// <summary>A sentence on the first difference; null: the text is whole.</summary>
    public static string? Compare(string text, int count)
    {
        if (text == Text(count))
        {
            return null;
        }

        if (text.Length == 0)
        {
            return "there is no text";
        }

        var words = text.Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            if (i >= count)
            {
                return $"behind w{count} comes {words[i]}";
            }

            if (words[i] != Word(i + 1))
            {
                return i == 0 ? $"it begins with {words[0]}" : $"behind {words[i - 1]} comes {words[i]}";
            }
        }

        return $"it ends with {words[^1]}";
    }

    private static string Word(int number) => "w" + number.ToString(CultureInfo.InvariantCulture);
}
