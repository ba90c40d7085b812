namespace Ccr.Protocols.OpenAIChat;

/// <summary>The length of escaped text in characters (Unicode code points), which is what start_index and end_index of annotations count.</summary>
internal static class EscapedLength
{
    /// <summary>Counts without unescaping.</summary>
    public static long Count(ReadOnlySpan<byte> escaped)
    {
        var count = 0L;
        for (var i = 0; i < escaped.Length; i++)
        {
            var b = escaped[i];
            if (b == '\\' && i + 1 < escaped.Length)
            {
                // The second half of a surrogate pair (DC00 to DFFF) is no character of its own.
                var isUnicode = escaped[i + 1] == 'u' && i + 5 < escaped.Length;
                count += isUnicode && (escaped[i + 2] | 0x20) == 'd' && (escaped[i + 3] | 0x20) is (byte)'c' or (byte)'d' or (byte)'e' or (byte)'f' ? 0 : 1;
                i += isUnicode ? 5 : 1;
            }
            else if ((b & 0xC0) != 0x80)
            {
                count++;
            }
        }

        return count;
    }
}
