using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Reads what a Chat request says of tools: tools, the older functions, web_search_options, tool_choice and the older function_call.</summary>
internal static class ChatToolReader
{
    /// <summary>Reads tools: functions, custom tools, and what else a provider may run by itself.</summary>
    public static void ReadTools(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartArray, "tools", "", "must be an array.");
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            Add(request, ReadTool(ref reader, body, new("tools[{0}]", i)));
        }
    }

    /// <summary>Reads functions, what tools were before June 2023.</summary>
    public static void ReadFunctions(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartArray, "functions", "", "must be an array.");
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            var path = new FieldPath("functions[{0}]", i);
            ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, "", "must be an object.");
            var parts = default(Parts);
            ReadParts(ref reader, body, path, "", ref parts);
            ChatReading.Expect(!parts.Name.IsEmpty, path, ".name", "is missing.");
            Add(request, parts.ToFunction(default));
        }
    }

    /// <summary>Reads web_search_options: in Chat the search is no tool, everywhere else it is one.</summary>
    public static void ReadWebSearch(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        var options = ChatReading.Raw(ref reader, body);
        if (options.IsPresent)
        {
            request.Tools.Add(new() { Kind = ToolKind.WebSearch, Type = WebSearchOptions, Raw = options, Dialect = Dialect.OpenAIChat });
        }
    }

    /// <summary>Reads tool_choice in all its forms, and function_call, which has two of them.</summary>
    public static void ReadChoice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request, string name)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        var path = new FieldPath(name);
        if (reader.TokenType == JsonTokenType.String)
        {
            request.ToolChoice = Word(ref reader) ?? throw path.Fault("", "must be 'none', 'auto' or 'required', or an object.");
            return;
        }

        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, "", "must be a string or an object.");
        EscapedText tool = default;
        ToolChoice? word = null;
        var isAllowed = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                ChatReading.Expect(reader.TokenType == JsonTokenType.String, path, ".type", "must be a string.");
                word = Word(ref reader);
                ChatReading.Expect(
                    word is not null || reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("custom"u8) || reader.ValueTextEquals("tool"u8) || reader.ValueTextEquals("allowed_tools"u8),
                    path,
                    ".type",
                    "must be 'function', 'custom' or 'allowed_tools'.");
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                tool = ChatReading.Text(ref reader, body, path, ".name");
            }
            else if (reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("custom"u8))
            {
                tool = ReadName(ref reader, body, path);
            }
            else if (reader.ValueTextEquals("allowed_tools"u8))
            {
                isAllowed = true;
                ReadAllowed(ref reader, body, request);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        if (isAllowed)
        {
            return;
        }

        ChatReading.Expect(word is not null || !tool.IsEmpty, path, name == "function_call" ? ".name" : ".function.name", "is missing.");
        request.ToolChoice = word ?? ToolChoice.Named;
        request.ToolChoiceName = tool;
    }

    private static readonly EscapedText WebSearchOptions = EscapedText.From("web_search_options");

    private static ToolChoice? Word(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("auto"u8) ? ToolChoice.Auto
        : reader.ValueTextEquals("none"u8) ? ToolChoice.None
        : reader.ValueTextEquals("required"u8) || reader.ValueTextEquals("any"u8) ? ToolChoice.Any
        : null;

    private static void Add(CanonicalRequest request, ToolDefinition tool)
    {
        // The model could not tell two of one name apart.
        if (tool.Name.IsEmpty || request.FindTool(tool.Name.Span) is null)
        {
            request.Tools.Add(tool);
        }
    }

    private static ToolDefinition ReadTool(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, "", "must be an object.");
        var start = (int)reader.TokenStartIndex;
        EscapedText type = default;
        var parts = default(Parts);
        var (isFunction, isCustom) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ChatReading.Text(ref reader, body, path, ".type");
            }
            else if (reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("custom"u8))
            {
                isFunction |= reader.ValueTextEquals("function"u8);
                isCustom |= reader.ValueTextEquals("custom"u8);
                reader.Read();
                ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, isFunction ? ".function" : ".custom", "must be an object.");
                ReadParts(ref reader, body, path, isFunction ? ".function" : ".custom", ref parts);
            }
            else
            {
                // Some clients write the function's own fields here, as Responses has them.
                ReadPart(ref reader, body, path, "", ref parts);
            }
        }

        var raw = new RawJson(body[start..(int)reader.BytesConsumed]);
        isFunction |= type.IsEmpty || type.Span.SequenceEqual("function"u8);
        isCustom = !isFunction && (isCustom || type.Span.SequenceEqual("custom"u8));
        if (isFunction || isCustom)
        {
            ChatReading.Expect(!parts.Name.IsEmpty, path, isFunction ? ".function.name" : ".custom.name", "is missing.");
        }

        return isFunction ? parts.ToFunction(raw)
            : isCustom ? parts.ToFunction(raw) with { Kind = ToolKind.Custom, Type = type }
            : new()
            {
                Kind = type.Span.StartsWith("web_search"u8) ? ToolKind.WebSearch : ToolKind.OtherServerTool,
                Name = parts.Name,
                Description = parts.Description,
                Type = type,
                CacheControl = parts.CacheControl,
                Raw = raw,
                Dialect = Dialect.OpenAIChat,
            };
    }

    private static void ReadParts(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path, string below, ref Parts parts)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadPart(ref reader, body, path, below, ref parts);
        }
    }

    private static void ReadPart(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path, string below, ref Parts parts)
    {
        if (reader.ValueTextEquals("name"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw path.Fault(below + ".name", "must be a string.");
            }

            parts.Name = reader.Text(body);
        }
        else if (reader.ValueTextEquals("description"u8))
        {
            parts.Description = ChatReading.TextOrNothing(ref reader, body);
        }
        else if (reader.ValueTextEquals("parameters"u8) || reader.ValueTextEquals("input_schema"u8))
        {
            parts.Schema = ChatReading.Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("strict"u8))
        {
            parts.Strict = ChatReading.Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("cache_control"u8))
        {
            parts.CacheControl = ChatReading.Raw(ref reader, body);
        }
        else if (reader.ValueTextEquals("prompt_cache_breakpoint"u8))
        {
            parts.CacheControl = ChatReading.Breakpoint(ref reader);
        }
        else
        {
            ChatReading.Skip(ref reader);
        }
    }

    private static EscapedText ReadName(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        EscapedText name = default;
        reader.Read();
        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, ".function", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = ChatReading.Text(ref reader, body, path, ".function.name");
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        return name;
    }

    private static void ReadAllowed(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        request.ToolChoice = ToolChoice.Auto;
        reader.Read();
        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, "tool_choice.allowed_tools", "", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("mode"u8))
            {
                reader.Read();
                var mode = reader.TokenType == JsonTokenType.String ? Word(ref reader) : null;
                request.ToolChoice = mode ?? throw new FieldPath("tool_choice.allowed_tools.mode").Fault("", "must be 'auto' or 'required'.");
            }
            else if (reader.ValueTextEquals("tools"u8))
            {
                reader.Read();
                ChatReading.Expect(reader.TokenType == JsonTokenType.StartArray, "tool_choice.allowed_tools.tools", "", "must be an array.");
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    var tool = ReadTool(ref reader, body, new("tool_choice.allowed_tools.tools[{0}]", i));
                    if (!tool.Name.IsEmpty)
                    {
                        request.AllowedTools.Add(tool.Name);
                    }
                }
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }
    }

    private struct Parts
    {
        public EscapedText Name;
        public EscapedText Description;
        public RawJson Schema;
        public RawJson Strict;
        public RawJson CacheControl;

        public readonly ToolDefinition ToFunction(RawJson raw) => new()
        {
            Kind = ToolKind.Function,
            Name = Name,
            Description = Description,
            InputSchema = Schema,
            Strict = Strict,
            CacheControl = CacheControl,
            Raw = raw,
            Dialect = Dialect.OpenAIChat,
        };
    }
}
