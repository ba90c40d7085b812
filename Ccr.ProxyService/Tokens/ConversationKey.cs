using System.Text.Json;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// A number that the requests of one conversation share, in every replica of the proxy: the hash of the first message, which stays while
/// the conversation grows. Two conversations with the same number cost nothing but an uneven spread.
/// </summary>
internal static class ConversationKey
{
    /// <summary>The number of a request body.</summary>
    public static ulong Of(ReadOnlySpan<byte> body)
    {
        // Inside a text the quotation marks would be escaped, so what is found is a property.
        var messages = After(body, "\"messages\":"u8);
        messages = messages.IsEmpty ? After(body, "\"input\":"u8) : messages;
        messages = messages.IsEmpty ? After(body, "\"contents\":"u8) : messages;
        return Hash(First(messages));
    }

    /// <summary>Spreads the bits of a number (the finaliser of SplitMix64).</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    /// <summary>FNV-1a over the first kilobytes: equal in all processes, unlike .NET's own hashes.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF2_9CE4_8422_2325UL;
        foreach (var value in bytes[..Math.Min(bytes.Length, 16 * 1024)])
        {
            hash = (hash ^ value) * 0x0000_0100_0000_01B3;
        }

        return Mix(hash);
    }

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> body, ReadOnlySpan<byte> property)
    {
        var at = body.IndexOf(property);
        return at < 0 ? [] : body[(at + property.Length)..];
    }

    /// <summary>The first item of the array, or the value itself.</summary>
    private static ReadOnlySpan<byte> First(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: true, default);
            if (reader.Read() && (reader.TokenType != JsonTokenType.StartArray || reader.Read()))
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return json[start..(int)reader.BytesConsumed];
            }
        }
        catch (JsonException)
        {
            // Whoever reads the body says so.
        }

        return [];
    }
}
