using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Writes a canonical request as a generateContent body (wire 10); the model stands in the address. What Gemini demands of the order of things is kept:
/// the person speaks first, roles take turns, every call of a turn is answered in the next one, in order.
/// </summary>
public sealed class GeminiRequestEncoder
{
    /// <summary>The extension that keeps a client's wish not to see thoughts.</summary>
    internal const string IncludeThoughts = "generationConfig.thinkingConfig.includeThoughts";

    /// <summary>The extension that keeps a mode of function calling that only Gemini has.</summary>
    internal const string Mode = "toolConfig.functionCallingConfig.mode";

    private const string ConfigPrefix = "generationConfig.";
    private const string ToolConfigPrefix = "toolConfig.";
    private const string CallingPrefix = "toolConfig.functionCallingConfig.";
    private const int MostStopSequences = 5;

    private readonly RawJsonWriter _json;
    private readonly CanonicalRequest _request;
    private readonly TargetOptions _target;
    private readonly LossReport _loss;

    private GeminiRequestEncoder(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        _request = request;
        _target = target;
        _json = new(output);
        _loss = loss;
    }

    private bool IsOwn => _request.Dialect == Dialect.Gemini;

    /// <summary>Writes the body for a model; what the protocol cannot say goes into the loss report.</summary>
    public static void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) =>
        new GeminiRequestEncoder(request, target, output, loss).Write();

    private void Write()
    {
        _json.Raw("{\"contents\":["u8);
        new GeminiContentWriter(_request, _target, _json, _loss).WriteContents();
        _json.Raw("]"u8);
        WriteSystem();
        WriteTools();
        WriteConfig();
        foreach (var extension in _request.Extensions)
        {
            if (!IsOwn)
            {
                _loss.Dropped(extension.Key, "Gemini has no such field.");
            }
            else if (!extension.Key.StartsWith(ConfigPrefix, StringComparison.Ordinal) && !extension.Key.StartsWith(ToolConfigPrefix, StringComparison.Ordinal))
            {
                _json.Raw(","u8);
                _json.Quoted(extension.Key);
                _json.Raw(":"u8);
                _json.Raw(extension.Value.Span);
            }
        }

        _json.Raw("}"u8);
        NoteLosses();
    }

    private void WriteSystem()
    {
        var any = false;
        foreach (var block in _request.System)
        {
            if (block is not TextBlock { Text.IsBlank: false } text)
            {
                continue;
            }

            if (text.Text.Span.StartsWith("x-anthropic-billing-header:"u8))
            {
                // It differs between conversations and would spoil every prompt cache that keys on the prefix.
                _loss.Dropped("system[0]", "Claude Code's billing header means nothing to other providers.");
                continue;
            }

            NoteCacheControl(block.CacheControl);
            _json.Raw(any ? ",{\"text\":"u8 : ",\"systemInstruction\":{\"parts\":[{\"text\":"u8);
            any = true;
            _json.Escaped(text.Text.Span);
            _json.Raw("}"u8);
        }

        _json.Raw(any ? "]}"u8 : default);
    }

    private void WriteTools()
    {
        var functions = 0;
        var servers = 0;
        foreach (var tool in _request.Tools)
        {
            if (tool.IsClientTool && IsAllowed(tool))
            {
                _json.Raw(functions++ > 0 ? ","u8 : ",\"tools\":[{\"functionDeclarations\":["u8);
                WriteFunction(tool);
            }
        }

        _json.Raw(functions > 0 ? "]}"u8 : default);
        foreach (var tool in _request.Tools)
        {
            if (tool.IsClientTool)
            {
                continue;
            }

            if (tool.Dialect == Dialect.Gemini && tool.Raw.IsPresent)
            {
                _json.Raw(functions + servers++ > 0 ? ",{"u8 : ",\"tools\":[{"u8);
                _json.Escaped(tool.Type.Span);
                _json.Raw(":"u8);
                _json.Raw(tool.Raw.Span);
                _json.Raw("}"u8);
            }
            else if (tool.Kind is ToolKind.WebSearch or ToolKind.WebFetch or ToolKind.CodeExecution && functions == 0)
            {
                _json.Raw(servers++ > 0 ? ","u8 : ",\"tools\":["u8);
                _json.Raw(tool.Kind switch
                {
                    ToolKind.WebSearch => "{\"googleSearch\":{}}"u8,
                    ToolKind.WebFetch => "{\"urlContext\":{}}"u8,
                    _ => "{\"codeExecution\":{}}"u8,
                });
            }
            else
            {
                var isSearch = tool.Kind == ToolKind.WebSearch;
                _loss.Dropped(isSearch ? RequestField.WebSearch : RequestField.ServerTools, _request.Dialect, Dialect.Gemini, functions > 0 && isSearch
                    ? "Gemini does not search beside functions that are declared."
                    : "The provider's own tool of another protocol; never sent as a function.");
            }
        }

        _json.Raw(functions + servers > 0 ? "]"u8 : default);
        WriteToolConfig(functions > 0);
    }

    private bool IsAllowed(ToolDefinition tool)
    {
        // With "any" Gemini itself takes the subset; with "auto" it does not, so that only the subset is declared.
        if (_request.AllowedTools.Count == 0 || _request.ToolChoice is ToolChoice.Any or ToolChoice.Named || IsOwn)
        {
            return true;
        }

        if (_request.AllowedTools.Exists(name => name.Span.SequenceEqual(tool.Name.Span)))
        {
            return true;
        }

        _loss.Changed(RequestField.AllowedTools, _request.Dialect, Dialect.Gemini, "Only the allowed tools are declared.");
        return false;
    }

    private void WriteFunction(ToolDefinition tool)
    {
        NoteCacheControl(tool.CacheControl);
        if (tool.Strict.IsPresent && tool.Strict.Span.SequenceEqual("true"u8))
        {
            _loss.Dropped(RequestField.ToolStrict, _request.Dialect, Dialect.Gemini);
        }

        if (tool.Dialect == Dialect.Gemini && tool.Raw.IsPresent)
        {
            _json.Raw(tool.Raw.Span);
            return;
        }

        _json.Raw("{\"name\":"u8);
        GeminiNames.WriteLegal(_json, tool.Name);
        _json.Raw(",\"description\":"u8);
        _json.Escaped(tool.Description.Span);
        if (tool.Kind == ToolKind.Custom)
        {
            _json.Raw(_target.IsVertex ? ",\"parameters\":"u8 : ",\"parametersJsonSchema\":"u8);
            _json.Raw("{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},\"required\":[\"input\"]}"u8);
        }
        else if (!_target.IsVertex)
        {
            _json.Raw(",\"parametersJsonSchema\":"u8);
            SchemaCleaner.Write(_json, tool.InputSchema, SchemaTarget.GeminiJsonSchema);
        }
        else if (SchemaCleaner.DeclaresProperties(tool.InputSchema))
        {
            _json.Raw(",\"parameters\":"u8);
            SchemaCleaner.Write(_json, tool.InputSchema, SchemaTarget.GeminiParameters);
        }

        _json.Raw("}"u8);
    }

    private void WriteToolConfig(bool hasFunctions)
    {
        var choice = _request.ToolChoice;
        if (!hasFunctions && choice is ToolChoice.Any or ToolChoice.Named && !IsOwn)
        {
            _loss.Dropped(RequestField.ToolChoice, _request.Dialect, Dialect.Gemini, "No tool is left that this protocol can declare.");
            choice = ToolChoice.Unset;
        }
        else if (choice == ToolChoice.Named && _request.FindTool(_request.ToolChoiceName.Span) is not { IsClientTool: true } && !IsOwn)
        {
            _loss.Dropped(RequestField.ToolChoice, _request.Dialect, Dialect.Gemini, "The tool it names is not declared to this provider.");
            choice = ToolChoice.Unset;
        }

        if (!hasFunctions && !IsOwn)
        {
            return;
        }

        var calling = new ArrayBufferWriter<byte>(64);
        var json = new RawJsonWriter(calling);
        if (choice != ToolChoice.Unset && !Has(Mode))
        {
            json.Raw(",\"mode\":\""u8);
            json.Raw(choice switch
            {
                ToolChoice.Auto => "AUTO"u8,
                ToolChoice.None => "NONE"u8,
                _ => "ANY"u8,
            });
            json.Raw("\""u8);
        }

        if (choice == ToolChoice.Named)
        {
            json.Raw(",\"allowedFunctionNames\":["u8);
            GeminiNames.WriteLegal(json, _request.ToolChoiceName);
            json.Raw("]"u8);
        }
        else if (_request.AllowedTools.Count > 0 && (choice == ToolChoice.Any || IsOwn))
        {
            for (var i = 0; i < _request.AllowedTools.Count; i++)
            {
                json.Raw(i == 0 ? ",\"allowedFunctionNames\":["u8 : ","u8);
                GeminiNames.WriteLegal(json, _request.AllowedTools[i]);
            }

            json.Raw("]"u8);
        }

        WriteExtensions(json, CallingPrefix);
        var rest = new ArrayBufferWriter<byte>(64);
        if (calling.WrittenCount > 0)
        {
            var outer = new RawJsonWriter(rest);
            outer.Raw(",\"functionCallingConfig\":{"u8);
            outer.Raw(calling.WrittenSpan[1..]);
            outer.Raw("}"u8);
        }

        WriteExtensions(new(rest), ToolConfigPrefix, CallingPrefix);
        WriteObject(",\"toolConfig\":{"u8, rest);
    }

    private void WriteConfig()
    {
        var config = new ArrayBufferWriter<byte>(256);
        var json = new RawJsonWriter(config);
        if (_request.MaxTokens is { } max)
        {
            json.Raw(",\"maxOutputTokens\":"u8);
            json.Number(Math.Max(1, _target.Rules.MaxOutput > 0 ? Math.Min(max, _target.Rules.MaxOutput) : max));
        }

        WriteNumber(json, ",\"temperature\":"u8, _request.Temperature);
        WriteNumber(json, ",\"topP\":"u8, _request.TopP);
        WriteNumber(json, ",\"topK\":"u8, _request.TopK);
        WriteNumber(json, ",\"seed\":"u8, _request.Seed);
        WriteNumber(json, ",\"presencePenalty\":"u8, _request.PresencePenalty);
        WriteNumber(json, ",\"frequencyPenalty\":"u8, _request.FrequencyPenalty);
        WriteStopSequences(json);
        WriteThinking(json);
        if (_request.OutputFormat != OutputFormat.Text)
        {
            json.Raw(",\"responseMimeType\":\"application/json\""u8);
        }

        if (_request.OutputFormat == OutputFormat.JsonSchema && !_request.OutputSchema.IsNullOrAbsent)
        {
            json.Raw(_target.IsVertex ? ",\"responseSchema\":"u8 : ",\"responseJsonSchema\":"u8);
            SchemaCleaner.WriteForOutput(json, _request.OutputSchema, _target.IsVertex ? SchemaTarget.GeminiParameters : SchemaTarget.GeminiJsonSchema);
        }

        WriteExtensions(json, ConfigPrefix, IncludeThoughts);
        WriteObject(",\"generationConfig\":{"u8, config);
    }

    private void WriteObject(ReadOnlySpan<byte> head, ArrayBufferWriter<byte> fields)
    {
        if (fields.WrittenCount > 0)
        {
            _json.Raw(head);
            _json.Raw(fields.WrittenSpan[1..]);
            _json.Raw("}"u8);
        }
    }

    private static void WriteNumber(RawJsonWriter json, ReadOnlySpan<byte> name, RawJson value)
    {
        if (!value.IsNullOrAbsent)
        {
            json.Raw(name);
            json.Raw(value.Span);
        }
    }

    private void WriteStopSequences(RawJsonWriter json)
    {
        var written = 0;
        foreach (var stop in _request.StopSequences)
        {
            if (stop.IsEmpty)
            {
                continue;
            }

            if (written == MostStopSequences)
            {
                _loss.Dropped(RequestField.StopSequences, _request.Dialect, Dialect.Gemini, "Gemini takes five at most.");
                break;
            }

            json.Raw(written++ == 0 ? ",\"stopSequences\":["u8 : ","u8);
            json.Escaped(stop.Span);
        }

        json.Raw(written > 0 ? "]"u8 : default);
    }

    private void WriteThinking(RawJsonWriter json)
    {
        var hidden = IsOwn && Has(IncludeThoughts);
        if (_request.Thinking == ThinkingMode.Unset && _request.Effort.IsEmpty)
        {
            json.Raw(hidden ? ",\"thinkingConfig\":{\"includeThoughts\":false}"u8 : default);
            return;
        }

        var rules = _target.Rules;
        if (rules.GeminiThinking == GeminiThinking.None)
        {
            if (_request.Thinking != ThinkingMode.Disabled)
            {
                _loss.Dropped(RequestField.Thinking, _request.Dialect, Dialect.Gemini, "This model is not known to think.");
            }

            return;
        }

        var off = Efforts.Wanted(_request) == EffortLevels.None;
        if (off && !rules.CanDisableThinking)
        {
            _loss.Changed(RequestField.Thinking, _request.Dialect, Dialect.Gemini, "This model cannot stop thinking; it is asked for as little as it takes.");
        }

        // Thoughts are not shown unless asked for. Adaptive and nothing more is what the model does by itself.
        var fields = new ArrayBufferWriter<byte>(64);
        var config = new RawJsonWriter(fields);
        config.Raw(hidden ? ",\"includeThoughts\":false"u8 : off ? default : ",\"includeThoughts\":true"u8);
        var says = off || !_request.Effort.IsEmpty || _request.ThinkingBudget is not null;
        if (says && rules.GeminiThinking == GeminiThinking.Level)
        {
            WriteLevel(config, rules);
        }
        else if (says)
        {
            config.Raw(",\"thinkingBudget\":"u8);
            config.Number(Budget(rules, off));
        }

        if (fields.WrittenCount > 0)
        {
            json.Raw(",\"thinkingConfig\":{"u8);
            json.Raw(fields.WrittenSpan[1..]);
            json.Raw("}"u8);
        }
    }

    private void WriteLevel(RawJsonWriter json, ModelRules rules)
    {
        var level = IsOwn && Efforts.Parse(_request.Effort.Span) == EffortLevels.Minimal ? EffortLevels.Minimal : Efforts.Clamp(Efforts.Wanted(_request), rules.Effort);
        if (level != EffortLevels.Unknown)
        {
            json.Raw(",\"thinkingLevel\":\""u8);
            json.Raw(level switch
            {
                EffortLevels.Minimal => "MINIMAL"u8,
                EffortLevels.Low or EffortLevels.None => "LOW"u8,
                EffortLevels.Medium => "MEDIUM"u8,
                _ => "HIGH"u8,
            });
            json.Raw("\""u8);
        }
    }

    private long Budget(ModelRules rules, bool off)
    {
        if (off)
        {
            return rules.CanDisableThinking ? 0 : rules.Budget.Least;
        }

        var wanted = _request.ThinkingBudget ?? Efforts.ToBudget(Efforts.Wanted(_request));
        return Math.Clamp(wanted, rules.Budget.Least, rules.Budget.Most > 0 ? rules.Budget.Most : long.MaxValue);
    }

    private bool Has(string extension) => _request.Extensions.Exists(e => e.Key == extension);

    private void WriteExtensions(RawJsonWriter json, string prefix, string? except = null)
    {
        if (!IsOwn)
        {
            return;
        }

        foreach (var extension in _request.Extensions)
        {
            if (extension.Key.StartsWith(prefix, StringComparison.Ordinal) && (except is null || !extension.Key.StartsWith(except, StringComparison.Ordinal)))
            {
                json.Raw(","u8);
                json.Quoted(extension.Key[prefix.Length..]);
                json.Raw(":"u8);
                json.Raw(extension.Value.Span);
            }
        }
    }

    private void NoteCacheControl(RawJson mark)
    {
        if (mark.IsPresent)
        {
            _loss.Dropped(RequestField.CacheControl, _request.Dialect, Dialect.Gemini);
        }
    }

    private void NoteLosses()
    {
        Note(_request.DisableParallelTools, RequestField.ParallelTools);
        Note(!_request.Verbosity.IsEmpty, RequestField.Verbosity);
        Note(!_request.UserId.IsEmpty, RequestField.UserId);
        Note(!_request.PromptCacheKey.IsEmpty, RequestField.PromptCacheKey);
        Note(!_request.ServiceTier.IsEmpty, RequestField.ServiceTier);
    }

    private void Note(bool isSaid, RequestField field)
    {
        if (isSaid)
        {
            _loss.Dropped(field, _request.Dialect, Dialect.Gemini);
        }
    }
}
