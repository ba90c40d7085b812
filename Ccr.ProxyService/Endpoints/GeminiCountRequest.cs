using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.ProxyService.Endpoints;

/// <summary>countTokens takes contents alone, or a whole request inside "generateContentRequest".</summary>
internal static class GeminiCountRequest
{
    /// <summary>The request that is to be counted.</summary>
    public static ReadOnlyMemory<byte> Inner(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return body;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isInner = reader.ValueTextEquals("generateContentRequest"u8) || reader.ValueTextEquals("generate_content_request"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (isInner)
                {
                    return body[start..(int)reader.BytesConsumed];
                }
            }
        }
        catch (JsonException)
        {
            // The decoder says what is wrong, with its place.
        }

        return body;
    }
}
