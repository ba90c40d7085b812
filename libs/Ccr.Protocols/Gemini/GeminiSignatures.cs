using System.Buffers.Text;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Between thoughtSignature, which is bytes in base64, and canonical signatures. Gemini's own data travel as they are; everybody else's as the base64 of an
/// envelope, which is known again on return.
/// </summary>
internal static class GeminiSignatures
{
    /// <summary>What takes the place of a signature that was lost, by Google's documentation: the model takes the call as it is.</summary>
    public const string Sentinel = "skip_thought_signature_validator";

    // Tells Anthropic's redacted data from the signature of a thinking block whose words were not shown.
    private const string Redacted = "redacted";

    /// <summary>A provider's signature, still escaped, in canonical form.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> escaped, string? provider, string? model, bool belongsToNext) => new ReasoningEnvelope
    {
        Origin = Dialect.Gemini,
        Provider = provider,
        Model = model,
        Data = EscapedText.Unescape(escaped),
        BelongsToNext = belongsToNext,
    }.Seal();

    /// <summary>The canonical form of what a Gemini client sends back; empty for the sentinel, which stands for nothing.</summary>
    public static EscapedText FromClient(ReadOnlySpan<byte> escaped, bool belongsToNext, out bool isRedacted)
    {
        isRedacted = false;
        if (escaped.IsEmpty || escaped.SequenceEqual("skip_thought_signature_validator"u8))
        {
            return default;
        }

        var data = EscapedText.Unescape(escaped);
        if (Decode(data) is { } bytes && ReasoningEnvelope.Open(bytes) is { } envelope)
        {
            isRedacted = envelope.ItemId == Redacted && envelope.Origin == Dialect.Anthropic;
            return envelope.Origin == Dialect.Anthropic ? EscapedText.From(envelope.Data) : new(bytes);
        }

        return new(Seal(escaped, null, null, belongsToNext));
    }

    /// <summary>What a Gemini client gets for a canonical signature: the text of thoughtSignature, which needs no escaping; and whether it is for the next call.</summary>
    public static byte[] ToClient(ReadOnlySpan<byte> signature, bool isRedacted, out bool isNative, out bool belongsToNext)
    {
        var envelope = ReasoningEnvelope.Open(signature);
        isNative = envelope?.Origin == Dialect.Gemini;
        belongsToNext = envelope is { BelongsToNext: true } && isNative;
        if (isNative)
        {
            return EscapedText.From(envelope!.Data).Span.ToArray();
        }

        var bytes = envelope is not null || ReasoningEnvelope.IsEnvelope(signature)
            ? signature
            : new ReasoningEnvelope { Origin = Dialect.Anthropic, ItemId = isRedacted ? Redacted : null, Data = EscapedText.Unescape(signature) }.Seal();
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
    }

    private static byte[]? Decode(string data)
    {
        // Proto's JSON takes both alphabets, so a client may give back either.
        var normal = data.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        normal = normal.PadRight((normal.Length + 3) / 4 * 4, '=');
        var bytes = new byte[normal.Length];
        return Convert.TryFromBase64String(normal, bytes, out var length) ? bytes.AsSpan(0, length).ToArray() : null;
    }
}
