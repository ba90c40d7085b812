using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Reads the annotations of a provider's answer: the web sources of its text.</summary>
internal static class ChatAnnotationReader
{
    /// <summary>Reads the array under the reader.</summary>
    public static void Read(ref Utf8JsonReader reader, ChatMessageAssembler message)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadOnlySpan<byte> url = default, title = default, content = default;
            var depth = reader.CurrentDepth;
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                // Either flat or within "url_citation": the names are the same.
                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                var isUrl = reader.ValueTextEquals("url"u8);
                var isTitle = reader.ValueTextEquals("title"u8);
                var isContent = reader.ValueTextEquals("content"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    url = isUrl ? reader.ValueSpan : url;
                    title = isTitle ? reader.ValueSpan : title;
                    content = isContent ? reader.ValueSpan : content;
                }
            }

            message.Citation(new() { Url = url, Title = title, CitedText = content });
        }
    }
}
