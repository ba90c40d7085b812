using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Writes tools as Responses declares them; a client's own declarations of this dialect are written as they were.</summary>
internal static class ResponsesToolWriter
{
    /// <summary>Writes the list with its brackets; nothing when no tool can be declared. Returns whether anything was written.</summary>
    public static bool WriteTools(RawJsonWriter json, ReadOnlySpan<byte> head, CanonicalRequest request, LossReport? loss)
    {
        var any = false;
        EscapedText space = default;
        foreach (var tool in request.Tools)
        {
            var isOwn = tool.Dialect == Dialect.OpenAIResponses && tool.Raw.IsPresent;
            if (!isOwn && !tool.IsClientTool && tool.Kind != ToolKind.WebSearch)
            {
                loss?.Dropped(RequestField.ServerTools, request.Dialect, Dialect.OpenAIResponses, $"'{(tool.Name.IsEmpty ? tool.Type : tool.Name)}' is another protocol's own tool; never sent as a function.");
                continue;
            }

            var sameSpace = tool.Namespace.Span.SequenceEqual(space.Span);
            if (!sameSpace && !space.IsEmpty)
            {
                json.Raw("]}"u8);
            }

            json.Raw(any ? ","u8 : head);
            any = true;
            if (!sameSpace && !tool.Namespace.IsEmpty)
            {
                json.Raw("{\"type\":\"namespace\",\"name\":"u8);
                json.Escaped(tool.Namespace.Span);
                json.Raw(",\"description\":\"\",\"tools\":["u8);
            }

            space = tool.Namespace;
            WriteTool(json, tool, isOwn);
        }

        if (!any)
        {
            return false;
        }

        json.Raw(space.IsEmpty ? "]"u8 : "]}]"u8);
        return true;
    }

    /// <summary>Writes tool_choice as the request says it; nothing when it says nothing, or names a tool that is not declared.</summary>
    public static void WriteChoice(RawJsonWriter json, ReadOnlySpan<byte> head, CanonicalRequest request, LossReport? loss)
    {
        if (request.AllowedTools.Count > 0 && request.ToolChoice is not (ToolChoice.Named or ToolChoice.None))
        {
            WriteAllowed(json, head, request);
            return;
        }

        switch (request.ToolChoice)
        {
            case ToolChoice.Auto:
                json.Raw(head);
                json.Raw("\"auto\""u8);
                break;
            case ToolChoice.Any:
                json.Raw(head);
                json.Raw("\"required\""u8);
                break;
            case ToolChoice.None:
                json.Raw(head);
                json.Raw("\"none\""u8);
                break;
            case ToolChoice.Named when Find(request, request.ToolChoiceName) is { } tool:
                json.Raw(head);
                WriteReference(json, tool);
                break;
            case ToolChoice.Named:
                loss?.Dropped(RequestField.ToolChoice, request.Dialect, Dialect.OpenAIResponses, "The tool it names is not declared to this provider.");
                break;
        }
    }

    private static void WriteAllowed(RawJsonWriter json, ReadOnlySpan<byte> head, CanonicalRequest request)
    {
        json.Raw(head);
        json.Raw(request.ToolChoice == ToolChoice.Any ? "{\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":["u8 : "{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":["u8);
        var any = false;
        foreach (var name in request.AllowedTools)
        {
            if (Find(request, name) is { } tool)
            {
                json.Raw(any ? ","u8 : default);
                any = true;
                WriteReference(json, tool);
            }
        }

        json.Raw("]}"u8);
    }

    private static ToolDefinition? Find(CanonicalRequest request, EscapedText name)
    {
        foreach (var tool in request.Tools)
        {
            var isOwn = tool.Dialect == Dialect.OpenAIResponses && tool.Raw.IsPresent;
            if (tool.IsClientTool ? tool.Name.Span.SequenceEqual(name.Span) : isOwn ? tool.Type.Span.SequenceEqual(name.Span) : tool.Kind == ToolKind.WebSearch && tool.Name.Span.SequenceEqual(name.Span))
            {
                return tool;
            }
        }

        return null;
    }

    private static void WriteReference(RawJsonWriter json, ToolDefinition tool)
    {
        if (tool.Kind is ToolKind.Function or ToolKind.Custom || (tool.Kind == ToolKind.ClientTyped && tool.Dialect != Dialect.OpenAIResponses))
        {
            json.Raw(tool.Kind == ToolKind.Custom ? "{\"type\":\"custom\",\"name\":"u8 : "{\"type\":\"function\",\"name\":"u8);
            WriteName(json, tool, tool.LocalName.IsEmpty ? tool.Name : tool.LocalName);
            if (!tool.Namespace.IsEmpty)
            {
                json.Raw(",\"namespace\":"u8);
                json.Escaped(tool.Namespace.Span);
            }

            json.Raw("}"u8);
            return;
        }

        json.Raw("{\"type\":"u8);
        json.Escaped(tool.Kind == ToolKind.WebSearch && tool.Dialect != Dialect.OpenAIResponses ? "web_search"u8 : tool.Type.Span);
        json.Raw("}"u8);
    }

    private static void WriteTool(RawJsonWriter json, ToolDefinition tool, bool isOwn)
    {
        if (isOwn && (tool.Kind != ToolKind.Function || IsSound(tool)))
        {
            json.Raw(tool.Raw.Span);
            return;
        }

        if (tool.Kind == ToolKind.WebSearch)
        {
            WriteWebSearch(json, tool);
            return;
        }

        var name = tool.LocalName.IsEmpty ? tool.Name : tool.LocalName;
        json.Raw(tool.Kind == ToolKind.Custom ? "{\"type\":\"custom\",\"name\":"u8 : "{\"type\":\"function\",\"name\":"u8);
        WriteName(json, tool, name);
        if (!tool.Description.IsEmpty)
        {
            json.Raw(",\"description\":"u8);
            json.Escaped(tool.Description.Span);
        }

        if (tool.Kind != ToolKind.Custom)
        {
            json.Raw(",\"parameters\":"u8);
            SchemaCleaner.Write(json, tool.InputSchema, SchemaTarget.OpenAI);
            // The default is true, and refuses every schema that was not written for it.
            json.Raw(",\"strict\":"u8);
            json.Raw(tool.Strict.Span.SequenceEqual("true"u8) && SchemaCleaner.QualifiesForStrict(tool.InputSchema) ? "true"u8 : "false"u8);
        }

        json.Raw("}"u8);
    }

    /// <summary>A client's own names of this dialect stay; those of others are made legal, the same way everywhere.</summary>
    internal static void WriteName(RawJsonWriter json, ToolDefinition? tool, EscapedText name)
    {
        if (tool is { Dialect: Dialect.OpenAIResponses })
        {
            json.Escaped(name.Span);
        }
        else
        {
            ToolNames.Write(json, name);
        }
    }

    /// <summary>Whether a declaration has all that providers demand, so that it may stay as it is.</summary>
    private static bool IsSound(ToolDefinition tool) => !tool.InputSchema.IsNullOrAbsent && tool.InputSchema.Span[0] == '{' && tool.InputSchema.Span.Length > 2 && tool.Strict.IsPresent;

    private static void WriteWebSearch(RawJsonWriter json, ToolDefinition tool)
    {
        json.Raw("{\"type\":\"web_search\""u8);
        if (tool.Dialect == Dialect.Anthropic && tool.Raw.IsPresent)
        {
            var reader = JsonSlices.Reader(tool.Raw.Span);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isAllowed = reader.ValueTextEquals("allowed_domains"u8);
                var isPlace = reader.ValueTextEquals("user_location"u8);
                reader.Read();
                var value = reader.Raw(tool.Raw.Bytes);
                if (value.IsNullOrAbsent)
                {
                    continue;
                }

                if (isAllowed)
                {
                    json.Raw(",\"filters\":{\"allowed_domains\":"u8);
                    json.Raw(value.Span);
                    json.Raw("}"u8);
                }
                else if (isPlace)
                {
                    json.Raw(",\"user_location\":"u8);
                    json.Raw(value.Span);
                }
            }
        }

        json.Raw("}"u8);
    }
}
