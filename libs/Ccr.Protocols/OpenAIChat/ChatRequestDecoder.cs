using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Reads a Chat Completions request into the canonical form in one pass, by slices of the body. It takes the spellings of OpenAI and of the clients of
/// OpenRouter, DeepSeek, Qwen and others alike; what it does not know it keeps: unknown parts as opaque blocks, unknown fields as extensions.
/// </summary>
public static class ChatRequestDecoder
{
    /// <summary>Decodes a whole body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON, or a known field has the wrong type; names the field.</exception>
    public static CanonicalRequest Decode(ReadOnlyMemory<byte> body)
    {
        PeekScan.ExpectUtf8(body.Span);
        var request = new CanonicalRequest { Dialect = Dialect.OpenAIChat };
        var reasoning = default(ChatReasoningWish);
        var limits = default(Limits);
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            reader.Read();
            ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, "", "", "The body must be a JSON object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadField(ref reader, body, request, ref reasoning, ref limits);
            }
        }
        catch (JsonException e)
        {
            throw PeekScan.NoJson(e, body.Length);
        }
        catch (InvalidOperationException)
        {
            throw PeekScan.NoText();
        }

        reasoning.Apply(request);
        request.MaxTokens = limits.Completion ?? limits.Old;
        request.UserId = limits.SafetyIdentifier.IsEmpty ? limits.User : limits.SafetyIdentifier;
        return request;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request, ref ChatReasoningWish reasoning, ref Limits limits)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            request.Model = ChatReading.Text(ref reader, body, "model");
        }
        else if (reader.ValueTextEquals("messages"u8))
        {
            reader.Read();
            ChatReading.Expect(reader.TokenType == JsonTokenType.StartArray, "messages", "", "must be an array.");
            new ChatMessageReader(body, request).Read(ref reader);
        }
        else if (reader.ValueTextEquals("tools"u8))
        {
            ChatToolReader.ReadTools(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("functions"u8))
        {
            ChatToolReader.ReadFunctions(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("web_search_options"u8))
        {
            ChatToolReader.ReadWebSearch(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("tool_choice"u8))
        {
            ChatToolReader.ReadChoice(ref reader, body, request, "tool_choice");
        }
        else if (reader.ValueTextEquals("function_call"u8))
        {
            ChatToolReader.ReadChoice(ref reader, body, request, "function_call");
        }
        else if (reader.ValueTextEquals("parallel_tool_calls"u8))
        {
            request.DisableParallelTools = ChatReading.Flag(ref reader, "parallel_tool_calls") == false;
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            request.Stream = ChatReading.Flag(ref reader, "stream") == true;
        }
        else if (reader.ValueTextEquals("stream_options"u8))
        {
            ReadStreamOptions(ref reader, request);
        }
        else if (reader.ValueTextEquals("response_format"u8))
        {
            ReadOutputFormat(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("stop"u8))
        {
            ReadStop(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("n"u8))
        {
            if (ChatReading.Long(ref reader, "n") is > 1)
            {
                throw new RequestFormatException("n", "n: one answer per request is supported.");
            }
        }
        else if (!ReadLimit(ref reader, body, ref limits) && !ReadSampling(ref reader, body, request) && !reasoning.TryRead(ref reader, body))
        {
            var name = reader.GetString()!;
            reader.Read();
            request.Extensions.Add(new(name, reader.Raw(body)));
        }
    }

    private static bool ReadLimit(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref Limits limits)
    {
        if (reader.ValueTextEquals("max_completion_tokens"u8))
        {
            limits.Completion = ChatReading.Long(ref reader, "max_completion_tokens");
        }
        else if (reader.ValueTextEquals("max_tokens"u8))
        {
            limits.Old = ChatReading.Long(ref reader, "max_tokens");
        }
        else if (reader.ValueTextEquals("safety_identifier"u8))
        {
            limits.SafetyIdentifier = ChatReading.Text(ref reader, body, "safety_identifier");
        }
        else if (reader.ValueTextEquals("user"u8))
        {
            limits.User = ChatReading.Text(ref reader, body, "user");
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool ReadSampling(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.ValueTextEquals("temperature"u8))
        {
            request.Temperature = ChatReading.Number(ref reader, body, "temperature");
        }
        else if (reader.ValueTextEquals("top_p"u8))
        {
            request.TopP = ChatReading.Number(ref reader, body, "top_p");
        }
        else if (reader.ValueTextEquals("top_k"u8))
        {
            // Not OpenAI's, but many servers take it, and other dialects have it.
            request.TopK = ChatReading.Number(ref reader, body, "top_k");
        }
        else if (reader.ValueTextEquals("seed"u8))
        {
            request.Seed = ChatReading.Number(ref reader, body, "seed");
        }
        else if (reader.ValueTextEquals("presence_penalty"u8))
        {
            request.PresencePenalty = ChatReading.Number(ref reader, body, "presence_penalty");
        }
        else if (reader.ValueTextEquals("frequency_penalty"u8))
        {
            request.FrequencyPenalty = ChatReading.Number(ref reader, body, "frequency_penalty");
        }
        else if (reader.ValueTextEquals("verbosity"u8))
        {
            request.Verbosity = ChatReading.Text(ref reader, body, "verbosity");
        }
        else if (reader.ValueTextEquals("prompt_cache_key"u8))
        {
            request.PromptCacheKey = ChatReading.Text(ref reader, body, "prompt_cache_key");
        }
        else if (reader.ValueTextEquals("service_tier"u8))
        {
            request.ServiceTier = ChatReading.Text(ref reader, body, "service_tier");
        }
        else
        {
            return false;
        }

        return true;
    }

    private static void ReadStreamOptions(ref Utf8JsonReader reader, CanonicalRequest request)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, "stream_options", "", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("include_usage"u8))
            {
                request.IncludeUsage = ChatReading.Flag(ref reader, "stream_options.include_usage") == true;
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }
    }

    private static void ReadStop(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            Add(reader.Text(body), request);
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartArray, "stop", "", "must be a string or an array of strings.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ChatReading.Expect(reader.TokenType == JsonTokenType.String, "stop", "", "must be a string or an array of strings.");
            Add(reader.Text(body), request);
        }

        // P194: an empty one would stop every answer at once, or be refused.
        static void Add(EscapedText stop, CanonicalRequest request)
        {
            if (!stop.IsEmpty)
            {
                request.StopSequences.Add(stop);
            }
        }
    }

    private static void ReadOutputFormat(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, "response_format", "", "must be an object with a type.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                ChatReading.Expect(reader.TokenType == JsonTokenType.String, "response_format", ".type", "must be a string.");
                request.OutputFormat = reader.ValueTextEquals("text"u8) ? OutputFormat.Text
                    : reader.ValueTextEquals("json_object"u8) ? OutputFormat.JsonObject
                    : reader.ValueTextEquals("json_schema"u8) ? OutputFormat.JsonSchema
                    : throw new FieldPath("response_format").Fault(".type", "must be 'text', 'json_object' or 'json_schema'.");
            }
            else if (reader.ValueTextEquals("json_schema"u8))
            {
                ReadSchema(ref reader, body, request);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        ChatReading.Expect(request.OutputFormat != OutputFormat.JsonSchema || request.OutputSchema.IsPresent, "response_format", ".json_schema.schema", "is missing.");
    }

    private static void ReadSchema(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, "response_format.json_schema", "", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                request.OutputSchemaName = ChatReading.Text(ref reader, body, "response_format.json_schema.name");
            }
            else if (reader.ValueTextEquals("strict"u8))
            {
                request.OutputSchemaStrict = ChatReading.Raw(ref reader, body);
            }
            else if (reader.ValueTextEquals("schema"u8))
            {
                request.OutputSchema = ChatReading.Raw(ref reader, body);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }
    }

    /// <summary>Fields of which one outranks the other, in whatever order they come.</summary>
    private struct Limits
    {
        public long? Completion;
        public long? Old;
        public EscapedText SafetyIdentifier;
        public EscapedText User;
    }
}
