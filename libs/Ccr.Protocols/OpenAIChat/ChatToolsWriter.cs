using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>tools, tool_choice and parallel_tool_calls: all three, or none when no tool is left.</summary>
internal sealed class ChatToolsWriter(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    /// <summary>Writes the fields, with a comma before each.</summary>
    public void Write()
    {
        var any = false;
        foreach (var tool in request.Tools)
        {
            if (!tool.IsClientTool)
            {
                var isOptions = request.Dialect == Dialect.OpenAIChat && tool.Kind == ToolKind.WebSearch && tool.Raw.IsPresent;
                if (isOptions || (tool.Kind == ToolKind.WebSearch && target.Rules.TakesWebSearchOptions))
                {
                    // A client of this dialect knows what its server takes.
                    json.Raw(",\"web_search_options\":"u8);
                    json.Raw(isOptions ? tool.Raw.Span : "{}"u8);
                }
                else if (tool.Kind != ToolKind.WebSearch || !target.WebSearchIsElsewhere)
                {
                    loss.Dropped($"tools[] ({(tool.Name.IsEmpty ? tool.Type : tool.Name)})", "The provider's own tool of another protocol; never sent as an empty function.");
                }

                continue;
            }
        }

        foreach (var tool in request.Tools)
        {
            if (tool.IsClientTool && request.IsAllowed(tool.Name.Span))
            {
                json.Raw(any ? ","u8 : ",\"tools\":["u8);
                any = true;
                WriteTool(tool);
            }
        }

        if (!any)
        {
            // tool_choice without tools is refused everywhere.
            if (request.ToolChoice is ToolChoice.Any or ToolChoice.Named)
            {
                loss.Dropped(RequestField.ToolChoice, request.Dialect, Dialect.OpenAIChat, "No tool is left that this protocol can declare.");
            }

            return;
        }

        json.Raw("]"u8);
        WriteChoice();
        if (request.DisableParallelTools)
        {
            json.Raw(",\"parallel_tool_calls\":false"u8);
        }
    }

    private void WriteTool(ToolDefinition tool)
    {
        json.Raw("{\"type\":\"function\",\"function\":{\"name\":"u8);
        ToolNames.Write(json, tool.Name);
        if (!tool.Description.IsEmpty)
        {
            json.Raw(",\"description\":"u8);
            json.Escaped(tool.Description.Span);
        }

        json.Raw(",\"parameters\":"u8);
        if (tool.Kind == ToolKind.Custom)
        {
            json.Raw("{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},\"required\":[\"input\"]}"u8);
        }
        else
        {
            SchemaCleaner.Write(json, tool.InputSchema, SchemaTarget.OpenAI);
        }

        if (tool.Strict.Span.SequenceEqual("true"u8) && SchemaCleaner.QualifiesForStrict(tool.InputSchema))
        {
            json.Raw(",\"strict\":true"u8);
        }

        json.Raw("}"u8);
        if (tool.CacheControl.IsPresent && target.KeepCacheControl)
        {
            json.Raw(",\"cache_control\":"u8);
            json.Raw(tool.CacheControl.Span);
        }

        json.Raw("}"u8);
    }

    private void WriteChoice()
    {
        switch (request.ToolChoice)
        {
            case ToolChoice.Auto:
                json.Raw(",\"tool_choice\":\"auto\""u8);
                break;
            case ToolChoice.Any:
                json.Raw(",\"tool_choice\":\"required\""u8);
                break;
            case ToolChoice.None:
                json.Raw(",\"tool_choice\":\"none\""u8);
                break;
            case ToolChoice.Named when request.FindTool(request.ToolChoiceName.Span) is { IsClientTool: true } tool:
                json.Raw(",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"u8);
                ToolNames.Write(json, tool.Name);
                json.Raw("}}"u8);
                break;
            case ToolChoice.Named:
                loss.Dropped(RequestField.ToolChoice, request.Dialect, Dialect.OpenAIChat, "The tool it names is not declared to this provider.");
                break;
        }
    }
}
