using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Reads an OpenAI Responses request into the canonical form by slices of the body. What it does not know it keeps: items of OpenAI's own tools as
/// opaque blocks, unknown fields as extensions; previous_response_id and item references are resolved before.
/// </summary>
public static class ResponsesRequestDecoder
{
    /// <summary>Decodes a whole body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON, or a known field has the wrong type; names the field.</exception>
    public static CanonicalRequest Decode(ReadOnlyMemory<byte> body)
    {
        PeekScan.ExpectUtf8(body.Span);
        var request = new CanonicalRequest { Dialect = Dialect.OpenAIResponses };
        EscapedText instructions = default;
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.StartObject, "", "", "The body must be a JSON object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadField(ref reader, body, request, ref instructions);
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

        if (!instructions.IsEmpty)
        {
            request.System.Insert(0, new TextBlock(instructions));
        }

        return request;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request, ref EscapedText instructions)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            request.Model = ReadString(ref reader, body, "model");
        }
        else if (reader.ValueTextEquals("input"u8))
        {
            reader.Read();
            ReadInput(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("instructions"u8))
        {
            instructions = ReadString(ref reader, body, "instructions");
        }
        else if (reader.ValueTextEquals("tools"u8))
        {
            reader.Read();
            ResponsesToolReader.Read(reader.Raw(body), request, "tools");
        }
        else if (reader.ValueTextEquals("tool_choice"u8))
        {
            reader.Read();
            ReadToolChoice(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("parallel_tool_calls"u8))
        {
            request.DisableParallelTools = ReadBool(ref reader, "parallel_tool_calls") == false;
        }
        else if (reader.ValueTextEquals("max_output_tokens"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                Expect(reader.TryLong(out var max), "max_output_tokens", "", "must be a whole number.");
                request.MaxTokens = max;
            }
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            request.Stream = ReadBool(ref reader, "stream") == true;
        }
        else if (reader.ValueTextEquals("temperature"u8))
        {
            request.Temperature = ReadNumber(ref reader, body, "temperature");
        }
        else if (reader.ValueTextEquals("top_p"u8))
        {
            request.TopP = ReadNumber(ref reader, body, "top_p");
        }
        else if (reader.ValueTextEquals("reasoning"u8))
        {
            reader.Read();
            ReadReasoning(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("text"u8))
        {
            reader.Read();
            ReadText(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("safety_identifier"u8))
        {
            var user = ReadString(ref reader, body, "safety_identifier");
            request.UserId = user.IsEmpty ? request.UserId : user;
        }
        else if (reader.ValueTextEquals("user"u8))
        {
            var user = ReadString(ref reader, body, "user");
            request.UserId = request.UserId.IsEmpty ? user : request.UserId;
        }
        else if (reader.ValueTextEquals("prompt_cache_key"u8))
        {
            request.PromptCacheKey = ReadString(ref reader, body, "prompt_cache_key");
        }
        else if (reader.ValueTextEquals("service_tier"u8))
        {
            request.ServiceTier = ReadString(ref reader, body, "service_tier");
        }
        else
        {
            var name = reader.GetString()!;
            reader.Read();
            request.Extensions.Add(new(name, reader.Raw(body)));
        }
    }

    private static void ReadInput(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            request.Messages.Add(new(MessageRole.User, [new TextBlock(reader.Text(body))], 0));
            return;
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartArray, "input", "", "must be a string or an array of items.");
        var items = new ResponsesItemReader(request);
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            items.Read(ref reader, body, i);
        }
    }

    private static void ReadToolChoice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            request.ToolChoice = Mode(ref reader, "tool_choice");
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, "tool_choice", "", "must be a word or an object with a type.");
        EscapedText type = default, name = default, space = default;
        var mode = ToolChoice.Auto;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                name = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                space = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                // Chat's nested form, which some clients keep.
                reader.Read();
                name = ReadName(ref reader, body, out _);
            }
            else if (reader.ValueTextEquals("mode"u8))
            {
                reader.Read();
                Expect(reader.TokenType == JsonTokenType.String, "tool_choice.mode", "", "must be 'auto' or 'required'.");
                mode = Mode(ref reader, "tool_choice.mode");
            }
            else if (reader.ValueTextEquals("tools"u8))
            {
                reader.Read();
                ReadAllowed(ref reader, body, request);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Expect(!type.IsEmpty, "tool_choice.type", "", "is missing.");
        if (type.Span.SequenceEqual("allowed_tools"u8))
        {
            request.ToolChoice = mode;
            return;
        }

        var isNamed = type.Span.SequenceEqual("function"u8) || type.Span.SequenceEqual("custom"u8);
        Expect(!isNamed || !name.IsEmpty, "tool_choice.name", "", "is missing.");
        request.ToolChoice = ToolChoice.Named;
        request.ToolChoiceName = isNamed ? ResponsesNames.Flat(space, name) : type;
    }

    private static ToolChoice Mode(ref Utf8JsonReader reader, string path) =>
        reader.ValueTextEquals("auto"u8) ? ToolChoice.Auto
        : reader.ValueTextEquals("required"u8) || reader.ValueTextEquals("any"u8) ? ToolChoice.Any
        : reader.ValueTextEquals("none"u8) ? ToolChoice.None
        : throw new FieldPath(path).Fault("", "must be 'auto', 'required' or 'none'.");

    private static void ReadAllowed(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, "tool_choice.tools", "", "must be an array of tools.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader.TokenType == JsonTokenType.StartObject, "tool_choice.tools", "", "must be an array of tools.");
            var name = ReadName(ref reader, body, out var type);
            request.AllowedTools.Add(name.IsEmpty ? type : name);
        }
    }

    private static EscapedText ReadName(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, out EscapedText type)
    {
        EscapedText name = default, space = default;
        type = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                space = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                type = ResponsesPartReader.Text(ref reader, body);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return ResponsesNames.Flat(space, name);
    }

    private static void ReadReasoning(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, "reasoning", "", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("effort"u8))
            {
                var effort = ResponsesPartReader.Text(ref reader, body);
                if (effort.Span.SequenceEqual("none"u8))
                {
                    request.Thinking = ThinkingMode.Disabled;
                }
                else if (!effort.IsEmpty)
                {
                    request.Thinking = ThinkingMode.Adaptive;
                    request.Effort = effort;
                }
            }
            else
            {
                var name = reader.GetString()!;
                reader.Read();
                var value = reader.Raw(body);
                if (value.IsNullOrAbsent)
                {
                    continue;
                }

                var isSummary = name is "summary" or "generate_summary";
                if (isSummary && request.Thinking == ThinkingMode.Unset && !value.Span.SequenceEqual("\"none\""u8))
                {
                    request.Thinking = ThinkingMode.Adaptive;
                }

                if (!isSummary || !value.Span.SequenceEqual("\"auto\""u8))
                {
                    request.Extensions.Add(new("reasoning." + name, value));
                }
            }
        }
    }

    private static void ReadText(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, "text", "", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("verbosity"u8))
            {
                request.Verbosity = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("format"u8))
            {
                reader.Read();
                ReadFormat(ref reader, body, request);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void ReadFormat(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, "text.format", "", "must be an object with a type.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                var type = ResponsesPartReader.Text(ref reader, body).Span;
                request.OutputFormat = type.SequenceEqual("json_schema"u8) ? OutputFormat.JsonSchema : type.SequenceEqual("json_object"u8) ? OutputFormat.JsonObject : OutputFormat.Text;
            }
            else if (reader.ValueTextEquals("schema"u8))
            {
                reader.Read();
                request.OutputSchema = reader.Raw(body);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                request.OutputSchemaName = ResponsesPartReader.Text(ref reader, body);
            }
            else if (reader.ValueTextEquals("strict"u8))
            {
                reader.Read();
                var strict = reader.Raw(body);
                request.OutputSchemaStrict = strict.IsNullOrAbsent ? default : strict;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static EscapedText ReadString(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, string path)
    {
        reader.Read();
        Expect(reader.TokenType is JsonTokenType.String or JsonTokenType.Null, path, "", "must be a string.");
        return reader.TokenType == JsonTokenType.Null ? default : reader.Text(body);
    }

    private static bool? ReadBool(ref Utf8JsonReader reader, string path)
    {
        reader.Read();
        Expect(reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null, path, "", "must be true or false.");
        return reader.TokenType == JsonTokenType.Null ? null : reader.TokenType == JsonTokenType.True;
    }

    private static RawJson ReadNumber(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, string path)
    {
        reader.Read();
        Expect(reader.TokenType is JsonTokenType.Number or JsonTokenType.Null, path, "", "must be a number.");
        return reader.TokenType == JsonTokenType.Null ? default : reader.Raw(body);
    }

    private static void Expect(bool condition, FieldPath path, string below, string message)
    {
        if (!condition)
        {
            throw path.Fault(below, message);
        }
    }
}
