using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Reads a Chat Completions usage object in the spellings that providers use (cached tokens of OpenAI, DeepSeek, Moonshot, Mistral, Anthropic shims) and
/// corrects the known deviations: cached tokens counted beside the prompt, reasoning counted beside the completion.
/// </summary>
internal static class ChatUsageReader
{
    /// <summary>Reads the object under the reader; anything else than an object gives zero. Leaves the reader on the value's last token.</summary>
    public static TokenCounts Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        long prompt = 0, completion = 0, total = 0, reasoning = 0, audio = 0;
        long cached = -1, cachedElsewhere = -1, written = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
            {
                Number(ref reader, ref prompt);
            }
            else if (reader.ValueTextEquals("completion_tokens"u8))
            {
                Number(ref reader, ref completion);
            }
            else if (reader.ValueTextEquals("total_tokens"u8))
            {
                Number(ref reader, ref total);
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8))
            {
                reader.Read();
                Details(ref reader, ref cached, ref written, ref audio);
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8))
            {
                reader.Read();
                CompletionDetails(ref reader, ref reasoning);
            }
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8) || reader.ValueTextEquals("cached_tokens"u8)
                || reader.ValueTextEquals("num_cached_tokens"u8) || reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                Number(ref reader, ref cachedElsewhere);
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                Number(ref reader, ref written);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (cached < 0)
        {
            cached = Math.Max(0, cachedElsewhere);
        }

        var input = prompt;
        if (cached > prompt)
        {
            // Hosted Grok reports cached tokens beside the prompt, not within it.
            input = prompt + cached;
        }
        else if (audio > 0 && total == prompt + completion + audio)
        {
            input = prompt + audio;
        }

        var output = completion;
        if (audio == 0 && total > prompt + completion)
        {
            // xAI counts reasoning beside the completion; Gemini's shim hides it in the total.
            output = total - prompt;
        }

        // Some count the same tokens as read and as written; read and written are parts of the input and cannot be more than it.
        return new(input, cached, Math.Min(written, input - cached), output, Math.Min(reasoning, output));
    }

    private static void Details(ref Utf8JsonReader reader, ref long cached, ref long written, ref long audio)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
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
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                Number(ref reader, ref audio);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void CompletionDetails(ref Utf8JsonReader reader, ref long reasoning)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8))
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
