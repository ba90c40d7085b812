using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>The tools and the choice between them.</summary>
public static partial class AnthropicRequestDecoder
{
    private static void ReadTools(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartArray, "tools", "", "must be an array.");
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var place = new FieldPath("tools[{0}]", index);
            Expect(reader.TokenType == JsonTokenType.StartObject, place, "", "must be an object.");
            var start = (int)reader.TokenStartIndex;
            EscapedText type = default, name = default, description = default;
            RawJson schema = default, strict = default, cacheControl = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    name = ReadText(ref reader, body);
                }
                else if (reader.ValueTextEquals("description"u8))
                {
                    description = ReadText(ref reader, body);
                }
                else if (reader.ValueTextEquals("input_schema"u8))
                {
                    reader.Read();
                    schema = reader.Raw(body);
                }
                else if (reader.ValueTextEquals("type"u8))
                {
                    type = ReadText(ref reader, body);
                }
                else if (reader.ValueTextEquals("strict"u8))
                {
                    reader.Read();
                    strict = reader.Raw(body);
                }
                else if (reader.ValueTextEquals("cache_control"u8))
                {
                    reader.Read();
                    cacheControl = reader.Raw(body);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            Expect(!name.IsEmpty || !type.IsEmpty, place, ".name", "is missing.");
            var kind = Kind(type.Span, name.Span);
            if (kind == ToolKind.ClientTyped && schema.IsNullOrAbsent)
            {
                if (TypedTools.Find(type.Span) is { } typed)
                {
                    description = description.IsEmpty ? typed.Description : description;
                    schema = typed.InputSchema;
                }
                else
                {
                    // Without a schema another provider could not call it.
                    kind = ToolKind.OtherServerTool;
                }
            }

            if (!name.IsEmpty && request.FindTool(name.Span) is not null)
            {
                continue;
            }

            request.Tools.Add(new()
            {
                Kind = kind,
                Name = name,
                Description = description,
                InputSchema = schema,
                Strict = strict,
                CacheControl = cacheControl,
                Type = type,
                Raw = new(body[start..(int)reader.BytesConsumed]),
                Dialect = Dialect.Anthropic,
            });
        }
    }

    private static ToolKind Kind(ReadOnlySpan<byte> type, ReadOnlySpan<byte> name)
    {
        if (type.IsEmpty || type.SequenceEqual("custom"u8))
        {
            return name.SequenceEqual("DeferredToolPlaceholder"u8) ? ToolKind.ToolSearch : ToolKind.Function;
        }

        return type.StartsWith("web_search"u8) ? ToolKind.WebSearch
            : type.StartsWith("web_fetch"u8) ? ToolKind.WebFetch
            : type.StartsWith("code_execution"u8) ? ToolKind.CodeExecution
            : type.StartsWith("tool_search"u8) ? ToolKind.ToolSearch
            : type.StartsWith("mcp"u8) ? ToolKind.Mcp
            : type.StartsWith("bash"u8) || type.StartsWith("text_editor"u8) || type.StartsWith("memory"u8) || type.StartsWith("computer"u8) || type.StartsWith("browser"u8) ? ToolKind.ClientTyped
            : ToolKind.OtherServerTool;
    }

    private static void ReadToolChoice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, "tool_choice", "", "must be an object with a type.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                Expect(reader.TokenType == JsonTokenType.String, "tool_choice.type", "", "must be a string.");
                request.ToolChoice = reader.ValueTextEquals("auto"u8) ? ToolChoice.Auto
                    : reader.ValueTextEquals("any"u8) ? ToolChoice.Any
                    : reader.ValueTextEquals("tool"u8) ? ToolChoice.Named
                    : reader.ValueTextEquals("none"u8) ? ToolChoice.None
                    : throw new FieldPath("tool_choice").Fault(".type", "must be 'auto', 'any', 'tool' or 'none'.");
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                request.ToolChoiceName = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("disable_parallel_tool_use"u8))
            {
                reader.Read();
                request.DisableParallelTools = reader.TokenType == JsonTokenType.True;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Expect(request.ToolChoice != ToolChoice.Named || !request.ToolChoiceName.IsEmpty, "tool_choice.name", "", "is missing.");
    }
}
