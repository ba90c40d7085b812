using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Objects that the stream and the whole completion write alike: reasoning details and annotations.</summary>
internal static class ChatPieces
{
    /// <summary>The signature of visible reasoning, with its text where that is known. What is not Anthropic's travels in an envelope and is of unknown form to others.</summary>
    public static void WriteSignature(RawJsonWriter json, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> text, int index)
    {
        json.Raw("{\"type\":\"reasoning.text\","u8);
        if (!text.IsEmpty)
        {
            json.Raw("\"text\":"u8);
            json.Escaped(text);
            json.Raw(","u8);
        }

        json.Raw("\"signature\":"u8);
        json.Escaped(ChatEnvelopes.ForClient(signature));
        WriteEnd(json, signature, index);
    }

    /// <summary>Reasoning that only its provider can read; with the id of the call that it belongs before, if any, as OpenRouter has it.</summary>
    public static void WriteEncrypted(RawJsonWriter json, ReadOnlySpan<byte> data, ReadOnlySpan<byte> callId, int index)
    {
        json.Raw("{\"type\":\"reasoning.encrypted\",\"data\":"u8);
        json.Escaped(ChatEnvelopes.ForClient(data));
        if (!callId.IsEmpty)
        {
            json.Raw(",\"id\":"u8);
            json.Escaped(callId);
        }

        WriteEnd(json, data, index);
    }

    /// <summary>A web source of the text between two places, counted in characters.</summary>
    public static void WriteAnnotation(RawJsonWriter json, in Citation citation, long start, long end)
    {
        json.Raw("{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":"u8);
        json.Number(start);
        json.Raw(",\"end_index\":"u8);
        json.Number(end);
        json.Raw(",\"url\":"u8);
        json.Escaped(citation.Url);
        json.Raw(",\"title\":"u8);
        json.Escaped(citation.Title);
        if (!citation.CitedText.IsEmpty)
        {
            // OpenRouter's addition; OpenAI's readers skip it.
            json.Raw(",\"content\":"u8);
            json.Escaped(citation.CitedText);
        }

        json.Raw("}}"u8);
    }

    private static void WriteEnd(RawJsonWriter json, ReadOnlySpan<byte> signature, int index)
    {
        json.Raw(ReasoningEnvelope.IsEnvelope(signature) ? ",\"format\":\"unknown\",\"index\":"u8 : ",\"format\":\"anthropic-claude-v1\",\"index\":"u8);
        json.Number(index);
        json.Raw("}"u8);
    }
}
