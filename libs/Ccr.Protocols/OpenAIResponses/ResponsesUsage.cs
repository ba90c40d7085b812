using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>The usage object of Responses.</summary>
internal static class ResponsesUsage
{
    /// <summary>Reads a usage object; null and what is none give zero.</summary>
    public static TokenCounts Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != '{')
        {
            return default;
        }

        long input = 0, output = 0, cached = 0, written = 0, reasoning = 0;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                Number(ref reader, ref input);
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                Number(ref reader, ref output);
            }
            else if (reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    reader.Skip();
                    continue;
                }

                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("cached_tokens"u8))
                    {
                        Number(ref reader, ref cached);
                    }
                    else if (reader.ValueTextEquals("cache_write_tokens"u8))
                    {
                        Number(ref reader, ref written);
                    }
                    else if (reader.ValueTextEquals("reasoning_tokens"u8))
                    {
                        Number(ref reader, ref reasoning);
                    }
                    else
                    {
                        reader.Read();
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (cached > input)
        {
            // Hosted Grok reports cached tokens beside the input, not within it (P88).
            input += cached;
        }

        return new(input, cached, Math.Min(written, input - cached), output, Math.Min(reasoning, output));
    }

    /// <summary>Writes a usage object, both detail objects always with it: Codex takes none without (P91).</summary>
    public static void Write(RawJsonWriter json, in TokenCounts counts)
    {
        json.Raw("{\"input_tokens\":"u8);
        json.Number(counts.Input);
        json.Raw(",\"input_tokens_details\":{\"cached_tokens\":"u8);
        json.Number(counts.CacheRead);
        json.Raw(",\"cache_write_tokens\":"u8);
        json.Number(counts.CacheWrite);
        json.Raw("},\"output_tokens\":"u8);
        json.Number(counts.Output);
        json.Raw(",\"output_tokens_details\":{\"reasoning_tokens\":"u8);
        json.Number(Math.Min(counts.Reasoning, counts.Output));
        json.Raw("},\"total_tokens\":"u8);
        json.Number(counts.Input + counts.Output);
        json.Raw("}"u8);
    }

    private static void Number(ref Utf8JsonReader reader, ref long value)
    {
        reader.Read();
        if (reader.TryCount(out var number))
        {
            value = number;
        }
        else
        {
            reader.Skip();
        }
    }
}
