using System.Buffers;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Gemini's field names: camel case on the wire, snake case from clients that write the protocol buffers' own names. Both are read.</summary>
internal static class GeminiNames
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"u8);

    /// <summary>Whether the property under the reader has this name, given in camel case, in either spelling.</summary>
    public static bool Is(this ref Utf8JsonReader reader, ReadOnlySpan<byte> camel)
    {
        var name = reader.ValueSpan;
        return name.SequenceEqual(camel) || (name.Length > camel.Length && IsSnake(name, camel));
    }

    /// <summary>Writes a tool's name as Gemini takes it: letters, digits and "_.:-", at most 128; any other in its legal form, the same everywhere.</summary>
    public static void WriteLegal(RawJsonWriter json, EscapedText name) => json.Escaped(IsLegal(name.Span) ? name.Span : ToolNames.Legal(name).Span);

    private static bool IsLegal(ReadOnlySpan<byte> name) => name.Length is > 0 and <= 128 && !name.ContainsAnyExcept(NameBytes);

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
