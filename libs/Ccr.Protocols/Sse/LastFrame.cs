using System.Text.Json;

namespace Ccr.Protocols.Sse;

/// <summary>Reads single fields of the last event of a stream, for an encoder that has to go on from there. Off the usual path: once for a rescued stream.</summary>
public static class LastFrame
{
    /// <summary>A whole number at the top of the event's object; null when it has none.</summary>
    public static long? Number(ReadOnlySpan<byte> frame, string name) =>
        Find(frame, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    /// <summary>A text at the top of the event's object; null when it has none.</summary>
    public static string? Text(ReadOnlySpan<byte> frame, string name) => Find(frame, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A value at the top of the event's object, as it was sent; null when it has none.</summary>
    public static byte[]? Raw(ReadOnlySpan<byte> frame, string name) =>
        Find(frame, name) is { } value ? System.Text.Encoding.UTF8.GetBytes(value.GetRawText()) : null;

    /// <summary>A text in an object at the top of the event's object; null when it has none.</summary>
    public static string? Text(ReadOnlySpan<byte> frame, string outer, string name) =>
        Find(frame, outer) is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.String ? inner.GetString() : null;

    private static JsonElement? Find(ReadOnlySpan<byte> frame, string name)
    {
        var start = frame.IndexOf((byte)'{');
        var end = frame.LastIndexOf((byte)'}');
        if (start < 0 || end < start)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(frame[start..(end + 1)].ToArray());
            return document.RootElement.TryGetProperty(name, out var value) ? value.Clone() : null;
        }
        catch (JsonException)
        {
            // An event of several data lines: nothing is taken over from it.
            return null;
        }
    }
}
