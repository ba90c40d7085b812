using System.Text.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>The delta of one event, as slices of its data: what changed in a block, or in the message as a whole.</summary>
internal ref struct AnthropicDelta
{
    /// <summary>What kind of delta; empty for message_delta.</summary>
    public ReadOnlySpan<byte> Type;

    /// <summary>The piece itself: of text, of thinking, of arguments, or the signature.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Why the model stopped, as spelt.</summary>
    public ReadOnlySpan<byte> StopReason;

    /// <summary>The stop sequence that was met.</summary>
    public ReadOnlySpan<byte> StopSequence;

    /// <summary>The address of a citation; empty for citations of documents.</summary>
    public ReadOnlySpan<byte> Url;

    /// <summary>The title of a citation.</summary>
    public ReadOnlySpan<byte> Title;

    /// <summary>The cited words.</summary>
    public ReadOnlySpan<byte> CitedText;

    /// <summary>Reads the object under the reader; leaves the reader on its last token.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                Type = String(ref reader);
            }
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("thinking"u8) || reader.ValueTextEquals("partial_json"u8) || reader.ValueTextEquals("signature"u8))
            {
                Text = String(ref reader);
            }
            else if (reader.ValueTextEquals("stop_reason"u8))
            {
                StopReason = String(ref reader);
            }
            else if (reader.ValueTextEquals("stop_sequence"u8))
            {
                StopSequence = String(ref reader);
            }
            else if (reader.ValueTextEquals("citation"u8))
            {
                reader.Read();
                ReadCitation(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    /// <summary>Reads the citation under the reader; leaves the reader on its last token.</summary>
    public void ReadCitation(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("url"u8))
            {
                Url = String(ref reader);
            }
            else if (reader.ValueTextEquals("title"u8))
            {
                Title = String(ref reader);
            }
            else if (reader.ValueTextEquals("cited_text"u8))
            {
                CitedText = String(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static ReadOnlySpan<byte> String(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.ValueSpan;
        }

        reader.Skip();
        return default;
    }
}
