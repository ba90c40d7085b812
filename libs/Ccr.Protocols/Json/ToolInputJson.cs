using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Ccr.Protocols.Json;

/// <summary>A tool call's arguments as a JSON value, from the escaped text that streams carry.</summary>
internal static class ToolInputJson
{
    /// <summary>Writes the value: nothing becomes {}, what is no JSON becomes {"_raw": "…"} so that it is neither lost nor taken for valid.</summary>
    public static void Write(RawJsonWriter json, ReadOnlySpan<byte> escaped)
    {
        if (EscapedText.IsBlankText(escaped))
        {
            json.Raw("{}"u8);
            return;
        }

        var text = Encoding.UTF8.GetBytes(EscapedText.Unescape(escaped));
        if (IsJson(text))
        {
            json.Raw(text);
            return;
        }

        json.Raw("{\"_raw\":"u8);
        json.Escaped(escaped);
        json.Raw("}"u8);
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
