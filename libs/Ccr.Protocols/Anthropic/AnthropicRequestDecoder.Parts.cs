using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>The rarer parts.</summary>
public static partial class AnthropicRequestDecoder
{
    /// <summary>The user's id is read and the whole kept too, so that an Anthropic provider gets it as it was.</summary>
    private static void ReadMetadata(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        var inside = reader;
        request.Extensions.Add(new("metadata", reader.Raw(body)));
        if (inside.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (inside.Read() && inside.TokenType == JsonTokenType.PropertyName)
        {
            if (inside.ValueTextEquals("user_id"u8))
            {
                request.UserId = ReadText(ref inside, body);
            }
            else
            {
                inside.Read();
                inside.Skip();
            }
        }
    }

    /// <summary>A signature of Anthropic's own that an encoder toward another dialect had sealed becomes bare again; every other stays as it is.</summary>
    private static EscapedText Unsealed(EscapedText signature) =>
        ReasoningEnvelope.IsEnvelope(signature.Span) && ReasoningEnvelope.Open(signature.Span) is { Origin: Dialect.Anthropic, Provider: null } envelope
            ? EscapedText.From(envelope.Data)
            : signature;

    /// <summary>Title, origin and texts as one text.</summary>
    private static EscapedText Joined(EscapedText title, EscapedText origin, List<ContentBlock> parts)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>(256);
        var json = new RawJsonWriter(text);
        json.Raw(title.Span);
        if (!origin.IsEmpty)
        {
            json.Raw(title.IsEmpty ? "("u8 : " ("u8);
            json.Raw(origin.Span);
            json.Raw(")"u8);
        }

        foreach (var part in parts)
        {
            if (part is TextBlock { Text.IsEmpty: false } said)
            {
                json.Raw(text.WrittenCount > 0 ? "\\n\\n"u8 : default);
                json.Raw(said.Text.Span);
            }
        }

        return new(text.WrittenMemory);
    }
}
