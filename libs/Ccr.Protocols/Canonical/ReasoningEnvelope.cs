using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// A provider's opaque reasoning data on its way through a client of another dialect: "rt1." and base64url of a small JSON object that names where it
/// came from, so that it goes back there and nowhere else. It fits wherever a dialect has room for a signature.
/// </summary>
public sealed record ReasoningEnvelope
{
    private static ReadOnlySpan<byte> Prefix => "rt1."u8;

    /// <summary>The dialect of the provider that made the data.</summary>
    public required Dialect Origin { get; init; }

    /// <summary>The provider's name in the configuration; null when not known: then any provider of that dialect may have it.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that made it; null when not known.</summary>
    public string? Model { get; init; }

    /// <summary>The provider's id of the item, which some want back beside the data.</summary>
    public string? ItemId { get; init; }

    /// <summary>The data itself.</summary>
    public string Data { get; init; } = "";

    /// <summary>True when the data belongs to the part that follows the reasoning (Gemini: a function call), not to the reasoning itself.</summary>
    public bool BelongsToNext { get; init; }

    /// <summary>
    /// True when the data is one JSON object, which may be copied into a request as it is. Envelopes come back from clients, so that nobody may rely on what
    /// was once put in.
    /// </summary>
    public bool HoldsObject
    {
        get
        {
            if (!Data.StartsWith('{'))
            {
                return false;
            }

            try
            {
                using var document = JsonDocument.Parse(Data);
                return document.RootElement.ValueKind == JsonValueKind.Object;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    /// <summary>Whether a signature is one of ours.</summary>
    public static bool IsEnvelope(ReadOnlySpan<byte> signature) => signature.StartsWith(Prefix);

    /// <summary>Opens an envelope; null when the signature is none, or is damaged.</summary>
    public static ReasoningEnvelope? Open(ReadOnlySpan<byte> signature)
    {
        if (!IsEnvelope(signature))
        {
            return null;
        }

        var encoded = signature[Prefix.Length..];
        var json = new byte[Base64Url.GetMaxDecodedLength(encoded.Length)];
        if (Base64Url.DecodeFromUtf8(encoded, json, out _, out var length) != OperationStatus.Done)
        {
            return null;
        }

        try
        {
            return Read(json.AsSpan(0, length));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the data may go to this target.</summary>
    public bool IsFor(Dialect dialect, string provider, string model) =>
        Origin == dialect
        && (Provider is null || Provider.Equals(provider, StringComparison.OrdinalIgnoreCase))
        && (Model is null || Model.Equals(model, StringComparison.OrdinalIgnoreCase));

    /// <summary>The envelope as a signature: letters, digits, '.', '-' and '_' only, so that it needs no escaping anywhere.</summary>
    public byte[] Seal()
    {
        var json = new ArrayBufferWriter<byte>(Data.Length + 128);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("o"u8, Word(Origin));
            WriteIfKnown(writer, "p"u8, Provider);
            WriteIfKnown(writer, "m"u8, Model);
            WriteIfKnown(writer, "i"u8, ItemId);
            writer.WriteString("d"u8, Data);
            if (BelongsToNext)
            {
                writer.WriteBoolean("n"u8, true);
            }

            writer.WriteEndObject();
        }

        var sealedBytes = new byte[Prefix.Length + Base64Url.GetEncodedLength(json.WrittenCount)];
        Prefix.CopyTo(sealedBytes);
        Base64Url.EncodeToUtf8(json.WrittenSpan, sealedBytes.AsSpan(Prefix.Length));
        return sealedBytes;
    }

    private static ReasoningEnvelope? Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        Dialect? origin = null;
        string? provider = null, model = null, item = null, data = null;
        var next = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "o":
                    origin = FromWord(reader.GetString());
                    break;
                case "p":
                    provider = reader.GetString();
                    break;
                case "m":
                    model = reader.GetString();
                    break;
                case "i":
                    item = reader.GetString();
                    break;
                case "d":
                    data = reader.GetString();
                    break;
                case "n":
                    next = reader.GetBoolean();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return origin is { } known && data is not null
            ? new() { Origin = known, Provider = provider, Model = model, ItemId = item, Data = data, BelongsToNext = next }
            : null;
    }

    private static void WriteIfKnown(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static string Word(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => "anthropic",
        Dialect.OpenAIChat => "chat",
        Dialect.OpenAIResponses => "responses",
        _ => "gemini",
    };

    private static Dialect? FromWord(string? word) => word switch
    {
        "anthropic" => Dialect.Anthropic,
        "chat" => Dialect.OpenAIChat,
        "responses" => Dialect.OpenAIResponses,
        "gemini" => Dialect.Gemini,
        _ => null,
    };
}
