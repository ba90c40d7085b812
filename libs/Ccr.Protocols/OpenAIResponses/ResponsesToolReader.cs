using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Reads lists of tools: functions, custom tools, namespaces of them, and the types that OpenAI or the client runs. No name comes twice (P133).</summary>
internal static class ResponsesToolReader
{
    private static ReadOnlySpan<byte> CustomSchema => "{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\",\"description\":\"The whole input as free text.\"}},\"required\":[\"input\"],\"additionalProperties\":false}"u8;

    /// <summary>Reads a list and adds its tools to the request.</summary>
    public static void Read(RawJson tools, CanonicalRequest request, FieldPath path) => Read(tools, request, path, default);

    private static void Read(RawJson tools, CanonicalRequest request, FieldPath path, EscapedText space)
    {
        if (tools.IsNullOrAbsent)
        {
            return;
        }

        var document = tools.Bytes;
        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw path.Fault("", "must be an array of tools.");
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw path.Fault($"[{i}]", "must be an object.");
            }

            var tool = ReadOne(ref reader, document);
            Add(tool, request, path, i, space);
        }
    }

    private static Tool ReadOne(ref Utf8JsonReader reader, ReadOnlyMemory<byte> document)
    {
        var tool = default(Tool);
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                tool.Type = ResponsesPartReader.Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                tool.Name = ResponsesPartReader.Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("description"u8))
            {
                tool.Description = ResponsesPartReader.Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                tool.Parameters = Value(ref reader, document);
            }
            else if (reader.ValueTextEquals("strict"u8))
            {
                tool.Strict = Value(ref reader, document);
            }
            else if (reader.ValueTextEquals("format"u8))
            {
                tool.Format = Value(ref reader, document);
            }
            else if (reader.ValueTextEquals("tools"u8))
            {
                tool.Tools = Value(ref reader, document);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        tool.Raw = new(document[start..(int)reader.BytesConsumed]);
        return tool;
    }

    private static void Add(in Tool tool, CanonicalRequest request, FieldPath path, int index, EscapedText space)
    {
        var type = tool.Type.Span;
        if (type.SequenceEqual("namespace"u8))
        {
            Read(tool.Tools, request, path, tool.Name);
            return;
        }

        var definition = new ToolDefinition
        {
            Kind = Kind(type),
            Type = type.SequenceEqual("function"u8) ? default : tool.Type,
            Description = tool.Description,
            Strict = tool.Strict.IsNullOrAbsent ? default : tool.Strict,
            Raw = tool.Raw,
            Dialect = Dialect.OpenAIResponses,
        };
        if (ResponsesShim.OfTool(type) is { } shim)
        {
            definition = definition with { Name = shim.Name, Description = shim.DescriptionText, InputSchema = shim.SchemaJson };
        }
        else if (definition.Kind is ToolKind.Function or ToolKind.Custom)
        {
            if (tool.Name.IsEmpty)
            {
                throw path.Fault($"[{index}].name", "is missing.");
            }

            var isReal = ResponsesNames.IsReal(space);
            definition = definition with
            {
                Name = ResponsesNames.Flat(space, tool.Name),
                Namespace = isReal ? space : default,
                LocalName = isReal ? tool.Name : default,
                InputSchema = definition.Kind == ToolKind.Custom ? new(CustomSchema.ToArray()) : tool.Parameters.IsNullOrAbsent ? default : tool.Parameters,
                Description = definition.Kind == ToolKind.Custom ? WithGrammar(tool) : tool.Description,
            };
        }

        if (definition.IsClientTool && request.FindTool(definition.Name.Span) is not null)
        {
            return;
        }

        request.Tools.Add(definition);
    }

    private static ToolKind Kind(ReadOnlySpan<byte> type) =>
        type.IsEmpty || type.SequenceEqual("function"u8) ? ToolKind.Function
        : type.SequenceEqual("custom"u8) ? ToolKind.Custom
        : type.StartsWith("web_search"u8) ? ToolKind.WebSearch
        : type.SequenceEqual("tool_search"u8) ? ToolKind.ToolSearch
        : type.SequenceEqual("code_interpreter"u8) ? ToolKind.CodeExecution
        : type.SequenceEqual("mcp"u8) ? ToolKind.Mcp
        : ResponsesShim.OfTool(type) is not null ? ToolKind.ClientTyped
        : ToolKind.OtherServerTool;

    /// <summary>A custom tool's grammar, told in words to models that only know functions.</summary>
    private static EscapedText WithGrammar(in Tool tool)
    {
        if (tool.Format.IsNullOrAbsent || tool.Format.Span[0] != '{')
        {
            return tool.Description;
        }

        EscapedText syntax = default, definition = default;
        var document = tool.Format.Bytes;
        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("syntax"u8))
            {
                syntax = ResponsesPartReader.Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("definition"u8))
            {
                definition = ResponsesPartReader.Text(ref reader, document);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return definition.IsEmpty
            ? tool.Description
            : new((byte[])[.. tool.Description.Span, .. tool.Description.IsEmpty ? default : "\\n\\n"u8, .. "The input must follow this grammar ("u8, .. syntax.Span, .. "):\\n"u8, .. definition.Span]);
    }

    private static RawJson Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> document)
    {
        reader.Read();
        return reader.Raw(document);
    }

    private struct Tool
    {
        public EscapedText Type;
        public EscapedText Name;
        public EscapedText Description;
        public RawJson Parameters;
        public RawJson Strict;
        public RawJson Format;
        public RawJson Tools;
        public RawJson Raw;
    }
}
