using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// The reasoning of an assistant message that a client sends back: its text in reasoning_content or reasoning, its signatures in reasoning_details.
/// An entry with the id of a call belongs before that call.
/// </summary>
internal sealed class ChatThoughts(ReadOnlyMemory<byte> body)
{
    private readonly List<Detail> _details = [];

    /// <summary>Reads reasoning_details.</summary>
    public void ReadDetails(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadDetail(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Adds the visible reasoning, and the opaque data that belongs to no call.</summary>
    public void AddTo(List<ContentBlock> blocks, EscapedText text)
    {
        var signatures = 0;
        var texts = 0;
        foreach (var detail in _details)
        {
            signatures += detail.Signature.IsEmpty ? 0 : 1;
            texts += detail.Text.IsEmpty ? 0 : 1;
        }

        if (texts > 0 && (text.IsEmpty || signatures > 1))
        {
            AddDetailed(blocks);
        }
        else if (!text.IsEmpty || signatures == 1)
        {
            // With several signatures and one text nobody can tell which words each one signs; a wrong signature is worse than none.
            blocks.Add(new ThinkingBlock(text, signatures == 1 ? _details.Find(static d => !d.Signature.IsEmpty).Signature : default));
        }

        foreach (var detail in _details)
        {
            if (!detail.Data.IsEmpty && detail.Id.IsEmpty)
            {
                blocks.Add(new RedactedThinkingBlock(detail.Data));
            }
        }
    }

    /// <summary>Adds the opaque data that belongs to a call.</summary>
    public void AddBefore(EscapedText callId, List<ContentBlock> blocks)
    {
        for (var i = 0; i < _details.Count; i++)
        {
            if (!_details[i].Data.IsEmpty && !_details[i].Id.IsEmpty && _details[i].Id.Span.SequenceEqual(callId.Span))
            {
                blocks.Add(new RedactedThinkingBlock(_details[i].Data));
                _details[i] = default;
            }
        }
    }

    /// <summary>Adds the opaque data whose id is of no call (OpenAI's item ids, for one): with the reasoning, at the head.</summary>
    public void AddRest(List<ContentBlock> blocks)
    {
        var at = blocks.FindIndex(static b => b is not ThinkingBlock and not RedactedThinkingBlock);
        at = at < 0 ? blocks.Count : at;
        foreach (var detail in _details)
        {
            if (!detail.Data.IsEmpty && !detail.Id.IsEmpty)
            {
                blocks.Insert(at++, new RedactedThinkingBlock(detail.Data));
            }
        }
    }

    /// <summary>One block for each signed stretch: its texts, which the provider may have sent in pieces, up to the signature.</summary>
    private void AddDetailed(List<ContentBlock> blocks)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>(256);
        var parts = 0;
        EscapedText only = default;
        foreach (var detail in _details)
        {
            if (!detail.Text.IsEmpty)
            {
                only = parts++ == 0 ? detail.Text : default;
                System.Buffers.BuffersExtensions.Write(text, detail.Text.Span);
            }

            if (!detail.Signature.IsEmpty)
            {
                Flush(detail.Signature);
            }
        }

        if (parts > 0)
        {
            Flush(default);
        }

        void Flush(EscapedText signature)
        {
            blocks.Add(new ThinkingBlock(parts == 1 ? only : new(text.WrittenSpan.ToArray()), signature));
            text.ResetWrittenCount();
            parts = 0;
        }
    }

    private void ReadDetail(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        EscapedText text = default, signature = default, data = default, id = default;
        var isAnthropic = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("summary"u8))
            {
                text = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("signature"u8))
            {
                signature = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("format"u8))
            {
                reader.Read();
                isAnthropic = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("anthropic-claude-v1"u8);
                reader.Skip();
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        var raw = body.Span[start..(int)reader.BytesConsumed];
        _details.Add(new(text, Known(signature, raw, isAnthropic), Known(data, raw, isAnthropic), id));
    }

    // A signature that is not ours came from a router that the client used before; the whole entry may go back to a Chat provider.
    private static EscapedText Known(EscapedText signature, ReadOnlySpan<byte> raw, bool isAnthropic) =>
        signature.IsEmpty || (isAnthropic && !ReasoningEnvelope.IsEnvelope(signature.Span)) ? signature
        : ReasoningEnvelope.IsEnvelope(signature.Span) ? ChatEnvelopes.FromClient(signature)
        : ChatEnvelopes.OfDetail(raw, null, null);

    private readonly record struct Detail(EscapedText Text, EscapedText Signature, EscapedText Data, EscapedText Id);
}
