using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Gathers the token counts of one Anthropic answer from its usage objects. Later numbers replace earlier ones where they are given at all; they are never
/// added, and a null or a placeholder of zeros erases nothing.
/// </summary>
internal sealed class AnthropicUsageReader
{
    private long _uncached;
    private long _cacheRead;
    private long _cacheWrite;
    private long _cacheWriteHour;
    private long _output;
    private long _reasoning;
    private long _searches;

    /// <summary>The newest counts, in the neutral arithmetic.</summary>
    public TokenCounts Counts => new(_uncached + _cacheRead + _cacheWrite, _cacheRead, _cacheWrite, _output, Math.Min(_reasoning, _output))
    {
        CacheWriteHour = Math.Min(_cacheWriteHour, _cacheWrite),
        WebSearches = _searches,
    };

    /// <summary>Reads the usage object under the reader; anything else than an object changes nothing. Leaves the reader on the value's last token.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        long? uncached = null, cacheRead = null, cacheWrite = null, minutes = null, hour = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                uncached = Number(ref reader) ?? uncached;
            }
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                cacheRead = Number(ref reader) ?? cacheRead;
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                cacheWrite = Number(ref reader) ?? cacheWrite;
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                _output = Number(ref reader) ?? _output;
            }
            else if (reader.ValueTextEquals("cache_creation"u8))
            {
                Pair(ref reader, "ephemeral_5m_input_tokens"u8, "ephemeral_1h_input_tokens"u8, ref minutes, ref hour);
            }
            else if (reader.ValueTextEquals("output_tokens_details"u8))
            {
                long? thinking = null, other = null;
                Pair(ref reader, "thinking_tokens"u8, "reasoning_tokens"u8, ref thinking, ref other);
                _reasoning = thinking ?? other ?? _reasoning;
            }
            else if (reader.ValueTextEquals("server_tool_use"u8))
            {
                long? searches = null, fetches = null;
                Pair(ref reader, "web_search_requests"u8, "web_fetch_requests"u8, ref searches, ref fetches);
                _searches = searches ?? _searches;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        cacheWrite ??= minutes is null && hour is null ? null : (minutes ?? 0) + (hour ?? 0);
        if ((uncached ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0) > 0)
        {
            _uncached = uncached ?? _uncached;
            _cacheRead = cacheRead ?? _cacheRead;
            _cacheWrite = cacheWrite ?? _cacheWrite;
            _cacheWriteHour = hour ?? _cacheWriteHour;
        }
    }

    private static void Pair(ref Utf8JsonReader reader, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ref long? firstValue, ref long? secondValue)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(first))
            {
                firstValue = Number(ref reader) ?? firstValue;
            }
            else if (reader.ValueTextEquals(second))
            {
                secondValue = Number(ref reader) ?? secondValue;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TryCount(out var number))
        {
            return number;
        }

        reader.Skip();
        return null;
    }
}
