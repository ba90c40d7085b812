using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Takes data URLs apart by slices: OpenAI's dialects put images and files into one string, the others want type and data apart.</summary>
internal static class DataUrl
{
    /// <summary>The media type and base64 data of a data URL; any other text is an address and comes back as <c>Url</c>.</summary>
    public static (EscapedText MediaType, EscapedText Data, EscapedText Url) Split(EscapedText text)
    {
        var span = text.Span;
        if (!span.StartsWith("data:"u8))
        {
            return (default, default, text);
        }

        var comma = span.IndexOf((byte)',');
        if (comma < 0 || !span[..comma].EndsWith(";base64"u8))
        {
            return (default, default, text);
        }

        // Between them may stand parameters such as charset, which nobody else has a place for.
        var head = span["data:".Length..comma];
        var end = head.IndexOf((byte)';');
        var mediaType = new EscapedText(text.Bytes.Slice("data:".Length, end));
        if (mediaType.Span.Contains((byte)'\\'))
        {
            // "image\/png": some writers escape the slash, but media types are compared.
            mediaType = EscapedText.From(mediaType.ToString());
        }

        return (mediaType, new(text.Bytes[(comma + 1)..]), default);
    }
}
