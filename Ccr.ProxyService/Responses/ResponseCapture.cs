using System.Text.Json;
using Ccr.Protocols.Sse;

namespace Ccr.ProxyService.Responses;

/// <summary>Finds the finished response in an answer that passes through: the whole of a document, or the last event of a stream.</summary>
internal sealed class ResponseCapture(bool isStream, Action<ReadOnlyMemory<byte>> found) : ISseHandler
{
    private readonly SseDecoder? _sse = isStream ? new() : null;

    /// <summary>Looks at the next piece.</summary>
    public void Add(ReadOnlyMemory<byte> piece)
    {
        if (_sse is null)
        {
            found(piece);
        }
        else
        {
            _sse.Feed(piece.Span, this);
        }
    }

    /// <inheritdoc/>
    public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (data.IndexOf("\"response.completed\""u8) < 0 && data.IndexOf("\"response.incomplete\""u8) < 0)
        {
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(data);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isResponse = reader.ValueTextEquals("response"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (isResponse && data[start] == '{')
                {
                    found(data[start..(int)reader.BytesConsumed].ToArray());
                }
            }
        }
        catch (JsonException)
        {
            // The tap has seen it too, and says so.
        }
    }
}
