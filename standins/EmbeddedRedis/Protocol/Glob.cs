namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>Redis patterns: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-z]</c>, <c>[^a]</c>, and a backslash before what is meant literally.</summary>
internal static class Glob
{
    public static bool IsMatch(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text, bool ignoreCase = false)
    {
        // After a star only the latest one needs to be tried again, which keeps the match quadratic at worst.
        int p = 0, t = 0, starPattern = -1, starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starText = t;
            }
            else if (p < pattern.Length && MatchesOne(pattern[p..], text[t], ignoreCase, out var used))
            {
                p += used;
                t++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                t = ++starText;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept((byte)'*') < 0;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, byte value, bool ignoreCase, out int used)
    {
        used = 1;
        switch (pattern[0])
        {
            case (byte)'?':
                return true;
            case (byte)'[':
                return MatchesClass(pattern, Fold(value, ignoreCase), ignoreCase, out used);
            case (byte)'\\' when pattern.Length > 1:
                used = 2;
                return Fold(pattern[1], ignoreCase) == Fold(value, ignoreCase);
            default:
                return Fold(pattern[0], ignoreCase) == Fold(value, ignoreCase);
        }
    }

    private static bool MatchesClass(ReadOnlySpan<byte> pattern, byte value, bool ignoreCase, out int used)
    {
        var i = 1;
        var negated = i < pattern.Length && pattern[i] == '^';
        i += negated ? 1 : 0;
        var matched = false;
        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                i++;
                matched |= pattern[i] == value;
            }
            else if (i + 2 < pattern.Length && pattern[i + 1] == '-')
            {
                var (low, high) = (Fold(pattern[i], ignoreCase), Fold(pattern[i + 2], ignoreCase));
                matched |= low <= high ? value >= low && value <= high : value >= high && value <= low;
                i += 2;
            }
            else
            {
                matched |= Fold(pattern[i], ignoreCase) == value;
            }
        }

        // An unclosed class ends with the pattern.
        used = Math.Min(i + 1, pattern.Length);
        return matched != negated;
    }

    private static byte Fold(byte value, bool ignoreCase) => ignoreCase && value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
}
