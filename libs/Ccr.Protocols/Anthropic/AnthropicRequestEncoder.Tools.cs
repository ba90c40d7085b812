using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>The tools and the choice between them.</summary>
public sealed partial class AnthropicRequestEncoder
{
    private const int MostStrictTools = 20;

    private int _strictTools;

    private void WriteTools()
    {
        var declared = _request.Tools.FindAll(IsDeclared);
        if (declared.Count == 0)
        {
            if (_request.ToolChoice is ToolChoice.Any or ToolChoice.Named)
            {
                _loss.Dropped(RequestField.ToolChoice, _request.Dialect, Dialect.Anthropic, "No tool is left that this protocol can declare.");
            }

            WriteToolsOfHistory();
            return;
        }

        _json.Raw(",\"tools\":["u8);
        for (var i = 0; i < declared.Count; i++)
        {
            _json.Raw(i > 0 ? ","u8 : default);
            WriteTool(declared[i], mark: i == declared.Count - 1);
        }

        _json.Raw("]"u8);
        WriteToolChoice(declared);
    }

    private bool IsDeclared(ToolDefinition tool)
    {
        var known = tool.IsClientTool || tool.Dialect == Dialect.Anthropic || tool.Kind == ToolKind.WebSearch;
        if (!known)
        {
            _loss.Dropped($"tools[] ({(tool.Name.IsEmpty ? tool.Type : tool.Name)})", "The provider's own tool of another protocol; never sent as an empty function.");
            return false;
        }

        if (_request.AllowedTools.Count == 0 || !tool.IsClientTool || _request.AllowedTools.Exists(allowed => allowed.Span.SequenceEqual(tool.Name.Span)))
        {
            return true;
        }

        _loss.Changed(RequestField.AllowedTools, _request.Dialect, Dialect.Anthropic);
        return false;
    }

    private void WriteTool(ToolDefinition tool, bool mark)
    {
        if (tool is { Dialect: Dialect.Anthropic, Raw.IsPresent: true } && (_marksToSkip == 0 || tool.CacheControl.IsNullOrAbsent || tool.Kind != ToolKind.Function))
        {
            _json.Raw(tool.Raw.Span);
            return;
        }

        if (tool.Kind == ToolKind.WebSearch)
        {
            _json.Raw("{\"type\":\"web_search_20250305\",\"name\":\"web_search\""u8);
            WriteMark(tool.CacheControl, mark);
            _json.Raw("}"u8);
            return;
        }

        _json.Raw("{\"name\":"u8);
        _json.Escaped(Name(tool.Name).Span);
        if (tool.Kind == ToolKind.Custom)
        {
            WriteCustom(tool);
        }
        else
        {
            if (!tool.Description.IsEmpty)
            {
                _json.Raw(",\"description\":"u8);
                _json.Escaped(tool.Description.Span);
            }

            _json.Raw(",\"input_schema\":"u8);
            if (AnthropicSchemas.WriteInput(_json, tool.InputSchema))
            {
                _loss.Changed($"tools[] ({tool.Name})", "Its schema is no plain object, which Anthropic demands; made one, with what was lost as words.");
            }

            WriteStrict(tool);
        }

        WriteMark(tool.CacheControl, mark);
        _json.Raw("}"u8);
    }

    private void WriteStrict(ToolDefinition tool)
    {
        if (!tool.Strict.Span.SequenceEqual("true"u8))
        {
            return;
        }

        if (!_target.IsClaude() || !_target.TakesOutputFormat() || ++_strictTools > MostStrictTools)
        {
            _loss.Dropped(RequestField.ToolStrict, _request.Dialect, Dialect.Anthropic, "This model takes no strict schemas, or not so many.");
            return;
        }

        _json.Raw(",\"strict\":true"u8);
    }

    /// <summary>A tool that takes free text: one string, and the grammar in the description.</summary>
    private void WriteCustom(ToolDefinition tool)
    {
        var (syntax, definition) = Grammar(tool.Raw);
        if (!tool.Description.IsEmpty || !definition.IsEmpty)
        {
            _json.Raw(",\"description\":\""u8);
            _json.Raw(tool.Description.Span);
            if (!definition.IsEmpty)
            {
                _json.Raw(tool.Description.IsEmpty ? "The input follows this grammar ("u8 : "\\n\\nThe input follows this grammar ("u8);
                _json.Raw(syntax.IsEmpty ? "lark"u8 : syntax.Span);
                _json.Raw("):\\n"u8);
                _json.Raw(definition.Span);
            }

            _json.Raw("\""u8);
        }

        _json.Raw(",\"input_schema\":{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},\"required\":[\"input\"]}"u8);
    }

    private static (EscapedText Syntax, EscapedText Definition) Grammar(RawJson raw)
    {
        EscapedText syntax = default, definition = default;
        if (raw.IsNullOrAbsent)
        {
            return default;
        }

        var reader = JsonSlices.Reader(raw.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var isSyntax = reader.ValueTextEquals("syntax"u8);
            var isDefinition = reader.ValueTextEquals("definition"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                syntax = isSyntax ? reader.Text(raw.Bytes) : syntax;
                definition = isDefinition ? reader.Text(raw.Bytes) : definition;
            }
        }

        return (syntax, definition);
    }

    private void WriteToolChoice(List<ToolDefinition> declared)
    {
        var choice = _request.ToolChoice;
        if (choice == ToolChoice.Named && !declared.Exists(tool => tool.Name.Span.SequenceEqual(_request.ToolChoiceName.Span)))
        {
            _loss.Dropped(RequestField.ToolChoice, _request.Dialect, Dialect.Anthropic, "The tool it names is not declared to this provider.");
            choice = ToolChoice.Unset;
        }

        if (choice is ToolChoice.Any or ToolChoice.Named && _thinking.IsOn && !_target.Rules.ForcedToolWithThinking)
        {
            _loss.Changed(RequestField.ToolChoice, _request.Dialect, Dialect.Anthropic, "This model cannot be forced to a tool while it thinks; left to it.");
            choice = ToolChoice.Auto;
        }

        if (choice == ToolChoice.Unset)
        {
            choice = _request.DisableParallelTools ? ToolChoice.Auto : ToolChoice.Unset;
        }

        switch (choice)
        {
            case ToolChoice.Unset:
                return;
            case ToolChoice.None:
                _json.Raw(",\"tool_choice\":{\"type\":\"none\"}"u8);
                return;
            case ToolChoice.Named:
                _json.Raw(",\"tool_choice\":{\"type\":\"tool\",\"name\":"u8);
                _json.Escaped(Name(_request.ToolChoiceName).Span);
                break;
            default:
                _json.Raw(choice == ToolChoice.Any ? ",\"tool_choice\":{\"type\":\"any\""u8 : ",\"tool_choice\":{\"type\":\"auto\""u8);
                break;
        }

        _json.Raw(_request.DisableParallelTools ? ",\"disable_parallel_tool_use\":true}"u8 : "}"u8);
    }

    /// <summary>A history with calls needs the tools it called declared, also when none may be called now, as when a client has its history summed up.</summary>
    private void WriteToolsOfHistory()
    {
        if (_isOwn)
        {
            return;
        }

        var names = new HashSet<string>();
        foreach (var turn in _conversation.Turns)
        {
            foreach (var block in turn.Blocks)
            {
                if (block is ToolUseBlock call && names.Add(Encoding.UTF8.GetString(Name(call.Name).Span)))
                {
                    _json.Raw(names.Count == 1 ? ",\"tools\":[{\"name\":"u8 : ",{\"name\":"u8);
                    _json.Escaped(Name(call.Name).Span);
                    _json.Raw(",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}"u8);
                }
            }
        }

        if (names.Count > 0)
        {
            _loss.Changed(RequestField.Tools, _request.Dialect, Dialect.Anthropic, "The history holds calls of tools that are not declared; Anthropic wants them declared, and none is to be called.");
            _json.Raw("],\"tool_choice\":{\"type\":\"none\"}"u8);
        }
    }
}
