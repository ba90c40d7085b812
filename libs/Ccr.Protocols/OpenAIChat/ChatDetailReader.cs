using System.Text.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Reads reasoning_details of a provider's answer: words, and the signatures and data that the provider wants back in the next turn.</summary>
internal static class ChatDetailReader
{
    /// <summary>Whether an entry has both words and their signature.</summary>
    public static bool HasSignedText(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var entry = ReadEntry(ref reader);
            if (!entry.Text.IsEmpty && !entry.Signature.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the array under the reader, which is part of <paramref name="data"/>; its words only when they did not come in another field.</summary>
    public static void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ChatMessageAssembler message, bool withText, string provider, string model)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var start = (int)reader.TokenStartIndex;
            var entry = ReadEntry(ref reader);
            if (withText)
            {
                message.Reasoning(entry.Text);
            }

            if (!entry.Signature.IsEmpty || !entry.Opaque.IsEmpty)
            {
                var detail = ChatEnvelopes.OfDetail(data[start..(int)reader.BytesConsumed], provider, model);
                if (entry.Signature.IsEmpty)
                {
                    message.Redacted(detail);
                }
                else
                {
                    message.Signature(detail);
                }
            }
        }
    }

    private static Entry ReadEntry(ref Utf8JsonReader reader)
    {
        var entry = default(Entry);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("summary"u8);
            var isSignature = reader.ValueTextEquals("signature"u8);
            var isOpaque = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                if (isText)
                {
                    entry.Text = reader.ValueSpan;
                }
                else if (isSignature)
                {
                    entry.Signature = reader.ValueSpan;
                }
                else if (isOpaque)
                {
                    entry.Opaque = reader.ValueSpan;
                }
            }

            reader.Skip();
        }

        return entry;
    }

    private ref struct Entry
    {
        public ReadOnlySpan<byte> Text;
        public ReadOnlySpan<byte> Signature;
        public ReadOnlySpan<byte> Opaque;
    }
}
