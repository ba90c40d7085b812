namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>Splits a line as typed by a person: words, double quotes with escapes, single quotes.</summary>
internal static class InlineArguments
{
    /// <summary>False when quotes are unbalanced or a closing quote is not followed by a space.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out byte[][] arguments)
    {
        arguments = [];
        var found = new List<byte[]>();
        var word = new List<byte>();
        var i = 0;
        while (true)
        {
            while (i < line.Length && IsSpace(line[i]))
            {
                i++;
            }

            if (i == line.Length)
            {
                arguments = [.. found];
                return true;
            }

            word.Clear();
            while (i < line.Length && !IsSpace(line[i]))
            {
                var quote = line[i];
                if (quote is not ((byte)'"' or (byte)'\''))
                {
                    word.Add(line[i++]);
                    continue;
                }

                i++;
                if (!TryReadQuoted(line, quote, word, ref i) || (i < line.Length && !IsSpace(line[i])))
                {
                    return false;
                }
            }

            found.Add([.. word]);
        }
    }

    private static bool TryReadQuoted(ReadOnlySpan<byte> line, byte quote, List<byte> word, ref int i)
    {
        while (i < line.Length && line[i] != quote)
        {
            if (line[i] != '\\' || i + 1 >= line.Length)
            {
                word.Add(line[i++]);
            }
            else if (quote == '\'')
            {
                if (line[i + 1] == '\'')
                {
                    i++;
                }

                word.Add(line[i++]);
            }
            else if (line[i + 1] == 'x' && i + 3 < line.Length && char.IsAsciiHexDigit((char)line[i + 2]) && char.IsAsciiHexDigit((char)line[i + 3]))
            {
                word.Add((byte)((HexValue(line[i + 2]) << 4) | HexValue(line[i + 3])));
                i += 4;
            }
            else
            {
                word.Add(line[i + 1] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'a' => (byte)'\a',
                    var other => other,
                });
                i += 2;
            }
        }

        return i++ < line.Length;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool IsSpace(byte value) => value is (byte)' ' or >= 9 and <= 13;
}
