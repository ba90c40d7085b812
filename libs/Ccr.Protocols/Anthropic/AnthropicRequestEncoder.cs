using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Writes a canonical request as an Anthropic Messages body. <see cref="AnthropicConversation"/> puts the turns in order and <see cref="AnthropicThinking"/> decides
/// how to think; here they are written, with what the model takes of the rest.
/// </summary>
public sealed partial class AnthropicRequestEncoder
{
    /// <summary>Before the names of what output_config holds beyond effort and format.</summary>
    internal const string OutputConfigPrefix = "output_config.";

    private const int MostCacheMarks = 4;
    private const int LongestUserId = 256;

    private readonly RawJsonWriter _json;
    private readonly CanonicalRequest _request;
    private readonly TargetOptions _target;
    private readonly LossReport _loss;
    private readonly AnthropicConversation _conversation;
    private readonly AnthropicThinking _thinking;
    private readonly bool _isOwn;
    private readonly bool _marksByClient;
    private int _marksToSkip;

    private AnthropicRequestEncoder(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        _request = request;
        _target = target;
        _json = new(output);
        _loss = loss;
        _isOwn = request.Dialect == Dialect.Anthropic;
        _conversation = AnthropicConversation.From(request, target, loss);
        _thinking = AnthropicThinking.Plan(request, target, _conversation, loss);
        _conversation.FinishPrefill(_thinking.IsOn);
        var marks = CountMarks();
        _marksByClient = _isOwn || marks > 0;
        _marksToSkip = Math.Max(0, marks - MostCacheMarks);
    }

    /// <summary>Writes the body for a model; what the protocol or the model cannot take goes into the loss report.</summary>
    /// <exception cref="RequestFormatException">The request holds sound or moving pictures, for which nothing could stand.</exception>
    public static void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) =>
        new AnthropicRequestEncoder(request, target, output, loss).Write();

    private void Write()
    {
        if (_target.VertexAnthropicVersion is { } version)
        {
            // Model and streaming stand in the address.
            _json.Raw("{\"anthropic_version\":"u8);
            _json.Quoted(version);
        }
        else
        {
            _json.Raw("{\"model\":"u8);
            _json.Quoted(_target.Model);
        }

        _json.Raw(",\"max_tokens\":"u8);
        _json.Number(_thinking.MaxTokens);
        if (_request.MaxTokens > _thinking.MaxTokens)
        {
            _loss.Changed(RequestField.MaxTokens, _request.Dialect, Dialect.Anthropic, "More than the model can write; lowered to its limit.");
        }

        WriteTools();
        WriteSystem();
        WriteMessages();
        WriteThinking();
        WriteOutputConfig();
        WriteSampling();
        WriteStopSequences();
        WriteUser();
        if (_request.Stream && _target.VertexAnthropicVersion is null)
        {
            _json.Raw(",\"stream\":true"u8);
        }

        WriteExtensions();
        _json.Raw("}"u8);
    }

    private void WriteSystem()
    {
        var any = false;
        for (var i = 0; i < _conversation.System.Count; i++)
        {
            _json.Raw(any ? ","u8 : ",\"system\":["u8);
            any = true;
            WriteBlock(_conversation.System[i], mark: i == _conversation.System.Count - 1);
        }

        if (InstructionForFormat() is { } instruction)
        {
            _json.Raw(any ? ",{\"type\":\"text\",\"text\":"u8 : ",\"system\":[{\"type\":\"text\",\"text\":"u8);
            any = true;
            _json.Quoted(instruction);
            _json.Raw("}"u8);
        }

        if (any)
        {
            _json.Raw("]"u8);
        }
    }

    /// <summary>What is said in words because the model cannot be bound to it; null when nothing is.</summary>
    private string? InstructionForFormat()
    {
        if (_request.OutputFormat == OutputFormat.JsonObject)
        {
            _loss.Changed(RequestField.OutputFormat, _request.Dialect, Dialect.Anthropic, "Anthropic Messages knows schemas only; said as an instruction.");
            return "Answer with one JSON object and nothing else: no other text and no code fence.";
        }

        if (_request.OutputFormat == OutputFormat.JsonSchema && !_request.OutputSchema.IsNullOrAbsent && !_target.TakesOutputFormat())
        {
            _loss.Changed(RequestField.OutputFormat, _request.Dialect, Dialect.Anthropic, "This model cannot be bound to a schema; said as an instruction.");
            return $"Answer with JSON that fits this JSON Schema and nothing else, no other text and no code fence: {Encoding.UTF8.GetString(_request.OutputSchema.Span)}";
        }

        return null;
    }

    private void WriteThinking()
    {
        switch (_thinking.Mode)
        {
            case ThinkingMode.Disabled:
                _json.Raw(",\"thinking\":{\"type\":\"disabled\"}"u8);
                return;
            case ThinkingMode.Enabled:
                _json.Raw(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":"u8);
                _json.Number(_thinking.Budget);
                break;
            case ThinkingMode.Adaptive:
                _json.Raw(",\"thinking\":{\"type\":\"adaptive\""u8);
                break;
            default:
                return;
        }

        if (!_request.ThinkingDisplay.IsEmpty)
        {
            _json.Raw(",\"display\":"u8);
            _json.Escaped(_request.ThinkingDisplay.Span);
        }
        else if (!_isOwn && _target.Rules.Thinking == ThinkingForm.Adaptive)
        {
            // The newest models leave the words out unless asked; clients of other dialects show them.
            _json.Raw(",\"display\":\"summarized\""u8);
        }

        _json.Raw("}"u8);
    }

    private void WriteOutputConfig()
    {
        var hasEffort = _thinking.Effort != EffortLevels.Unknown;
        var hasFormat = _request.OutputFormat == OutputFormat.JsonSchema && !_request.OutputSchema.IsNullOrAbsent && _target.TakesOutputFormat();
        var any = false;
        if (hasEffort)
        {
            BeginOutputConfig(ref any);
            _json.Raw("\"effort\":\""u8);
            _json.Raw(Efforts.Word(_thinking.Effort));
            _json.Raw("\""u8);
        }

        if (hasFormat)
        {
            BeginOutputConfig(ref any);
            _json.Raw("\"format\":{\"type\":\"json_schema\",\"schema\":"u8);
            if (_isOwn)
            {
                _json.Raw(_request.OutputSchema.Span);
            }
            else
            {
                AnthropicSchemas.WriteClosed(_json, _request.OutputSchema);
            }

            _json.Raw("}"u8);
        }

        foreach (var (name, value) in _request.Extensions)
        {
            if (_isOwn && name.StartsWith(OutputConfigPrefix, StringComparison.Ordinal))
            {
                BeginOutputConfig(ref any);
                _json.Quoted(name[OutputConfigPrefix.Length..]);
                _json.Raw(":"u8);
                _json.Raw(value.Span);
            }
        }

        _json.Raw(any ? "}"u8 : default);
    }

    private void BeginOutputConfig(ref bool any)
    {
        _json.Raw(any ? ","u8 : ",\"output_config\":{"u8);
        any = true;
    }

    private void WriteSampling()
    {
        Drop(_request.Seed, RequestField.Seed);
        Drop(_request.PresencePenalty, RequestField.PresencePenalty);
        Drop(_request.FrequencyPenalty, RequestField.FrequencyPenalty);
        if (!_request.Verbosity.IsEmpty)
        {
            _loss.Dropped(RequestField.Verbosity, _request.Dialect, Dialect.Anthropic);
        }

        if (!_request.PromptCacheKey.IsEmpty)
        {
            _loss.Dropped(RequestField.PromptCacheKey, _request.Dialect, Dialect.Anthropic, "Anthropic Messages has no such field: what may be cached is marked instead.");
        }

        var rule = _target.Rules.Sampling;
        if (rule == SamplingRule.Refused || (_thinking.IsOn && rule != SamplingRule.Free))
        {
            var reason = rule == SamplingRule.Refused ? "This model refuses sampling parameters." : "Refused while the model thinks.";
            Drop(_request.Temperature, RequestField.Temperature, reason);
            Drop(_request.TopP, RequestField.TopP, reason);
            Drop(_request.TopK, RequestField.TopK, reason);
            return;
        }

        WriteTemperature();
        if (!_request.TopP.IsNullOrAbsent)
        {
            if (rule != SamplingRule.Free && !_request.Temperature.IsNullOrAbsent)
            {
                Drop(_request.TopP, RequestField.TopP, "This model takes temperature or top_p, not both.");
            }
            else
            {
                _json.Raw(",\"top_p\":"u8);
                _json.Raw(_request.TopP.Span);
            }
        }

        if (!_request.TopK.IsNullOrAbsent)
        {
            _json.Raw(",\"top_k\":"u8);
            _json.Raw(_request.TopK.Span);
        }
    }

    private void WriteTemperature()
    {
        if (_request.Temperature.IsNullOrAbsent)
        {
            return;
        }

        _json.Raw(",\"temperature\":"u8);
        if (double.TryParse(_request.Temperature.Span, CultureInfo.InvariantCulture, out var value) && value > 1)
        {
            _loss.Changed(RequestField.Temperature, _request.Dialect, Dialect.Anthropic, "Anthropic Messages goes up to 1.");
            _json.Raw("1"u8);
            return;
        }

        _json.Raw(_request.Temperature.Span);
    }

    private void Drop(RawJson value, RequestField field, string? reason = null)
    {
        if (!value.IsNullOrAbsent)
        {
            _loss.Dropped(field, _request.Dialect, Dialect.Anthropic, reason);
        }
    }

    private void WriteStopSequences()
    {
        var any = false;
        foreach (var stop in _request.StopSequences)
        {
            if (stop.IsBlank)
            {
                _loss.Dropped(RequestField.StopSequences, _request.Dialect, Dialect.Anthropic, "Blank stop sequences are refused.");
                continue;
            }

            _json.Raw(any ? ","u8 : ",\"stop_sequences\":["u8);
            any = true;
            _json.Escaped(stop.Span);
        }

        if (any)
        {
            _json.Raw("]"u8);
        }
    }

    private void WriteUser()
    {
        // An Anthropic client's metadata is kept whole among the extensions.
        if (!_request.UserId.IsEmpty && !_request.Extensions.Exists(extension => extension.Key == "metadata"))
        {
            var id = _request.UserId.ToString();
            _json.Raw(",\"metadata\":{\"user_id\":"u8);
            var isMail = id.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && id.IndexOf('.', at) > at;
            _json.Quoted(isMail || id.Length > LongestUserId ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id))) : id);
            _json.Raw("}"u8);
        }

        if (_request.ServiceTier.IsEmpty)
        {
            return;
        }

        _json.Raw(",\"service_tier\":"u8);
        if (_isOwn)
        {
            _json.Escaped(_request.ServiceTier.Span);
        }
        else
        {
            _json.Raw(_request.ServiceTier.Span.SequenceEqual("default"u8) ? "\"standard_only\""u8 : "\"auto\""u8);
        }
    }

    private void WriteExtensions()
    {
        foreach (var (name, value) in _request.Extensions)
        {
            if (!_isOwn)
            {
                _loss.Dropped(name, "Anthropic Messages has no such field.");
            }
            else if (name == "context_management" && !_thinking.IsOn && value.Span.IndexOf("clear_thinking"u8) >= 0)
            {
                _loss.Dropped($"{name}.edits[] (clear_thinking)", "It clears thinking, and thinking is off.");
                WriteWithoutClearThinking(name, value);
            }
            else if (!name.StartsWith(OutputConfigPrefix, StringComparison.Ordinal) && (name is not "anthropic_version" || _target.VertexAnthropicVersion is null))
            {
                _json.Raw(","u8);
                _json.Quoted(name);
                _json.Raw(":"u8);
                _json.Raw(value.Span);
            }
        }
    }

    /// <summary>Anthropic refuses the edit while thinking is off (P76); what else the field asks for stays.</summary>
    private void WriteWithoutClearThinking(string name, RawJson value)
    {
        if (JsonNode.Parse(value.Span) is not JsonObject management || management["edits"] is not JsonArray edits)
        {
            return;
        }

        for (var i = edits.Count - 1; i >= 0; i--)
        {
            if (edits[i] is JsonObject edit && edit["type"] is JsonValue type && type.TryGetValue<string>(out var word) && word.StartsWith("clear_thinking", StringComparison.Ordinal))
            {
                edits.RemoveAt(i);
            }
        }

        if (edits.Count > 0)
        {
            _json.Raw(","u8);
            _json.Quoted(name);
            _json.Raw(":"u8);
            _json.Raw(Encoding.UTF8.GetBytes(management.ToJsonString()));
        }
    }

    private int CountMarks()
    {
        var count = _request.Tools.Count(tool => tool.CacheControl.IsPresent) + _conversation.System.Count(block => block.CacheControl.IsPresent)
            + _conversation.Turns.Sum(turn => turn.Blocks.Count(block => block.CacheControl.IsPresent));
        return _request.Extensions.Exists(extension => extension.Key == "cache_control") ? count + 1 : count;
    }

    /// <summary>Writes the mark of a cache breakpoint: the client's own, or ours where the client's dialect has none.</summary>
    private void WriteMark(RawJson own, bool mark)
    {
        if (own.IsNullOrAbsent)
        {
            if (mark && !_marksByClient)
            {
                _json.Raw(",\"cache_control\":{\"type\":\"ephemeral\"}"u8);
            }
        }
        else if (_marksToSkip > 0)
        {
            _marksToSkip--;
            _loss.Dropped(RequestField.CacheControl, _request.Dialect, Dialect.Anthropic, "Four breakpoints are taken at most; the last ones count.");
        }
        else
        {
            _json.Raw(",\"cache_control\":"u8);
            _json.Raw(own.Span);
        }
    }
}
