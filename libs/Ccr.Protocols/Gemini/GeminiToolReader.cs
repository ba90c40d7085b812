using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.Gemini;

/// <summary>Reads tools and toolConfig.</summary>
internal sealed class GeminiToolReader(ReadOnlyMemory<byte> body, CanonicalRequest request)
{
    /// <summary>Reads the list of tools; one object alone is taken too.</summary>
    public void ReadTools(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadTool(ref reader);
            return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartArray, "tools", "must be an array.");
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, new FieldPath("tools[{0}]", i), "must be an object.");
            ReadTool(ref reader);
        }
    }

    /// <summary>Reads toolConfig.</summary>
    public void ReadConfig(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, "toolConfig", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("functionCallingConfig"u8))
            {
                reader.Read();
                ReadCalling(ref reader);
            }
            else
            {
                AddExtension(ref reader, "toolConfig.");
            }
        }
    }

    private void ReadCalling(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("mode"u8))
            {
                var mode = GeminiRequestDecoder.ReadText(ref reader, body).ToString().ToUpperInvariant();
                request.ToolChoice = mode switch
                {
                    "AUTO" or "VALIDATED" => ToolChoice.Auto,
                    "ANY" => ToolChoice.Any,
                    "NONE" => ToolChoice.None,
                    _ => ToolChoice.Unset,
                };
                if (mode == "VALIDATED")
                {
                    request.Extensions.Add(new(GeminiRequestEncoder.Mode, new("\"VALIDATED\""u8.ToArray())));
                }
            }
            else if (reader.Is("allowedFunctionNames"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    while (reader.Read() && reader.TokenType == JsonTokenType.String)
                    {
                        request.AllowedTools.Add(reader.Text(body));
                    }
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                AddExtension(ref reader, "toolConfig.functionCallingConfig.");
            }
        }

        if (request.ToolChoice == ToolChoice.Any && request.AllowedTools is [var only])
        {
            request.ToolChoice = ToolChoice.Named;
            request.ToolChoiceName = only;
            request.AllowedTools.Clear();
        }
    }

    private void AddExtension(ref Utf8JsonReader reader, string prefix)
    {
        var name = prefix + reader.GetString();
        reader.Read();
        request.Extensions.Add(new(name, reader.Raw(body)));
    }

    private void ReadTool(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("functionDeclarations"u8))
            {
                reader.Read();
                ReadDeclarations(ref reader);
                continue;
            }

            var kind = reader.Is("googleSearch"u8) || reader.Is("googleSearchRetrieval"u8) ? ToolKind.WebSearch
                : reader.Is("urlContext"u8) ? ToolKind.WebFetch
                : reader.Is("codeExecution"u8) ? ToolKind.CodeExecution
                : reader.Is("mcpServers"u8) ? ToolKind.Mcp
                : ToolKind.OtherServerTool;
            var type = new EscapedText(body.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                request.Tools.Add(new() { Kind = kind, Name = type, Type = type, Raw = reader.Raw(body), Dialect = Dialect.Gemini });
            }
        }
    }

    private void ReadDeclarations(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartArray, "tools[].functionDeclarations", "must be an array.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var place = new FieldPath("tools[].functionDeclarations[{0}]", request.Tools.Count);
            GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, place, "must be an object.");
            var start = (int)reader.TokenStartIndex;
            EscapedText name = default, description = default;
            RawJson schema = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.Is("name"u8))
                {
                    name = GeminiRequestDecoder.ReadText(ref reader, body);
                }
                else if (reader.Is("description"u8))
                {
                    description = GeminiRequestDecoder.ReadText(ref reader, body);
                }
                else if (reader.Is("parameters"u8) || reader.Is("parametersJsonSchema"u8))
                {
                    reader.Read();
                    schema = reader.Raw(body);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            GeminiRequestDecoder.Expect(!name.IsEmpty, place, "has no name.");
            if (request.FindTool(name.Span) is null)
            {
                request.Tools.Add(new()
                {
                    Kind = ToolKind.Function,
                    Name = name,
                    Description = description,
                    InputSchema = SchemaCleaner.WithLowerCaseTypes(schema),
                    Raw = new(body[start..(int)reader.BytesConsumed]),
                    Dialect = Dialect.Gemini,
                });
            }
        }
    }
}
