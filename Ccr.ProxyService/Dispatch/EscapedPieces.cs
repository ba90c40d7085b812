namespace Ccr.ProxyService.Dispatch;

/// <summary>Cuts escaped JSON text where no character and no escape is torn.</summary>
internal static class EscapedPieces
{
    /// <summary>The length of the first piece: about <paramref name="wanted"/> bytes, at a blank where there is one near.</summary>
    public static int Length(ReadOnlySpan<byte> escaped, int wanted)
    {
        if (escaped.Length <= wanted)
        {
            return escaped.Length;
        }

        var at = 0;
        var blank = 0;
        while (at < wanted)
        {
            var length = CharacterLength(escaped[at..]);
            if (at + length > escaped.Length)
            {
                return escaped.Length;
            }

            at += length;
            if (escaped[at - 1] == ' ')
            {
                blank = at;
            }
        }

        return blank > wanted / 2 ? blank : Math.Min(at, escaped.Length);
    }

    private static int CharacterLength(ReadOnlySpan<byte> escaped)
    {
        if (escaped[0] != '\\')
        {
            return escaped[0] switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
        }

        // A surrogate pair is two escapes that belong together.
        return escaped.Length > 1 && escaped[1] == 'u'
            ? escaped.Length >= 12 && escaped[2] is (byte)'d' or (byte)'D' && escaped[3] is (byte)'8' or (byte)'9' or (byte)'a' or (byte)'A' or (byte)'b' or (byte)'B' ? 12 : 6
            : 2;
    }
}
