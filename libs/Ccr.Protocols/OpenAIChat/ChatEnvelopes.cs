using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Reasoning data on its way through Chat Completions. Toward clients Anthropic's own signatures are sealed, so that they are known when they return;
/// what Chat providers send is sealed as the whole JSON object that held it, so that it goes back to them unchanged.
/// </summary>
internal static class ChatEnvelopes
{
    /// <summary>The signature or data as a client gets it: an envelope in any case.</summary>
    public static ReadOnlySpan<byte> ForClient(ReadOnlySpan<byte> escaped) =>
        ReasoningEnvelope.IsEnvelope(escaped) ? escaped : new ReasoningEnvelope { Origin = Dialect.Anthropic, Data = EscapedText.Unescape(escaped) }.Seal();

    /// <summary>The signature or data as it stands in the canonical model: Anthropic's own bare, any other in its envelope.</summary>
    public static EscapedText FromClient(EscapedText envelope) =>
        ReasoningEnvelope.Open(envelope.Span) is { Origin: Dialect.Anthropic } own ? EscapedText.From(own.Data) : envelope;

    /// <summary>Seals an entry of reasoning_details.</summary>
    public static EscapedText OfDetail(ReadOnlySpan<byte> detail, string? provider, string? model) => Seal(Encoding.UTF8.GetString(detail), provider, model, false);

    /// <summary>Seals the extra_content of a tool call, in which Gemini's shim sends its thought signature: {"extra_content": …}.</summary>
    public static EscapedText OfExtraContent(ReadOnlySpan<byte> extraContent, string? provider, string? model) =>
        Seal($"{{\"extra_content\":{Encoding.UTF8.GetString(extraContent)}}}", provider, model, true);

    private static EscapedText Seal(string data, string? provider, string? model, bool belongsToNext) =>
        new(new ReasoningEnvelope
        {
            Origin = Dialect.OpenAIChat,
            Provider = string.IsNullOrEmpty(provider) ? null : provider,
            Model = string.IsNullOrEmpty(model) ? null : model,
            Data = data,
            BelongsToNext = belongsToNext,
        }.Seal());
}
