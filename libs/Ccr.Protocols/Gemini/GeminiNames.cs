using System.Text.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Gemini's field names: camel case on the wire, snake case from clients that write the protocol buffers' own names. Both are read.</summary>
internal static class GeminiNames
{
    /// <summary>Whether the property under the reader has this name, given in camel case, in either spelling.</summary>
    public static bool Is(this ref Utf8JsonReader reader, ReadOnlySpan<byte> camel)
    {
        var name = reader.ValueSpan;
        return name.SequenceEqual(camel) || (name.Length > camel.Length && IsSnake(name, camel));
    }

    private static bool IsSnake(ReadOnlySpan<byte> name, ReadOnlySpan<byte> camel)
    {
        var at = 0;
        foreach (var b in camel)
        {
            if (char.IsAsciiLetterUpper((char)b))
            {
                if (at + 1 >= name.Length || name[at] != '_' || name[at + 1] != (b | 0x20))
                {
                    return false;
                }

                at += 2;
            }
            else if (at >= name.Length || name[at++] != b)
            {
                return false;
            }
        }

        return at == name.Length;
    }
}
