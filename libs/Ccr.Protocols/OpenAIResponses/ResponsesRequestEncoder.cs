using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Writes a canonical request as an OpenAI Responses body that stands alone: nothing is stored at the provider, so everything is sent, reasoning
/// included where it is the provider's own.
/// </summary>
public sealed class ResponsesRequestEncoder
{
    private const int LeastOutput = 16;

    // Written here, or meant for the proxy alone.
    private static readonly string[] Handled = ["store", "include", "previous_response_id", "stream_options"];

    // What the backend of ChatGPT refuses.
    private static readonly string[] NotForChatGpt = ["metadata", "prompt_cache_retention", "prompt_cache_options", "truncation"];

    private static ReadOnlySpan<byte> BillingHeader => "x-anthropic-billing-header:"u8;

    private readonly RawJsonWriter _json;
    private readonly CanonicalRequest _request;
    private readonly TargetOptions _target;
    private readonly LossReport _loss;

    private ResponsesRequestEncoder(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        _request = request;
        _target = target;
        _json = new(output);
        _loss = loss;
    }

    private bool IsOwn => _request.Dialect == Dialect.OpenAIResponses;

    /// <summary>Writes the body for a model; what the protocol cannot say goes into the loss report.</summary>
    /// <exception cref="RequestFormatException">The request holds sound or moving pictures, which nothing here could stand for.</exception>
    public static void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) =>
        new ResponsesRequestEncoder(request, target, output, loss).Write();

    private void Write()
    {
        _json.Raw("{\"model\":"u8);
        _json.Quoted(_target.Model);
        var rest = WriteInstructions();
        _json.Raw(",\"input\":["u8);
        var input = new ResponsesInputWriter(_request, _target, _json, _loss);
        if (rest > 0)
        {
            input.WriteDeveloper(_request.System, rest);
        }

        input.WriteMessages();
        _json.Raw("]"u8);
        WriteLimits();
        WriteTools();
        WriteReasoning();
        WriteText();
        WriteIdentity();
        _json.Raw(",\"store\":false"u8);
        WriteInclude();
        if (_request.Stream || _target.IsChatGptBackend)
        {
            _json.Raw(",\"stream\":true"u8);
        }

        WriteExtensions();
        _json.Raw("}"u8);
    }

    /// <summary>Writes the instructions; returns the first system block that goes into a developer message instead, 0 for none.</summary>
    private int WriteInstructions()
    {
        var any = false;
        for (var i = 0; i < _request.System.Count; i++)
        {
            if (_request.System[i] is not TextBlock text || text.Text.IsBlank)
            {
                continue;
            }

            if (text.Text.Span.StartsWith(BillingHeader))
            {
                // It differs between conversations and would spoil every prompt cache that keys on the prefix (P43).
                _loss.Dropped("system[0]", "Claude Code's billing header means nothing to other providers.");
                continue;
            }

            if (any && IsOwn)
            {
                // The client's own messages stay apart.
                _json.Raw("\""u8);
                return i;
            }

            if (text.CacheControl.IsPresent)
            {
                _loss.Dropped(RequestField.CacheControl, _request.Dialect, Dialect.OpenAIResponses);
            }

            _json.Raw(any ? "\\n\\n"u8 : ",\"instructions\":\""u8);
            _json.Raw(text.Text.Span);
            any = true;
        }

        if (any)
        {
            _json.Raw("\""u8);
        }

        return 0;
    }

    private void WriteLimits()
    {
        if (_request.MaxTokens is { } max)
        {
            if (_target.IsChatGptBackend)
            {
                Refuse(RequestField.MaxTokens);
            }
            else
            {
                _json.Raw(",\"max_output_tokens\":"u8);
                _json.Number(Math.Max(LeastOutput, max));
            }
        }

        WriteSampling(RequestField.Temperature, ",\"temperature\":"u8, _request.Temperature);
        WriteSampling(RequestField.TopP, ",\"top_p\":"u8, _request.TopP);
        Unsayable(RequestField.TopK, _request.TopK);
        Unsayable(RequestField.Seed, _request.Seed);
        Unsayable(RequestField.PresencePenalty, _request.PresencePenalty);
        Unsayable(RequestField.FrequencyPenalty, _request.FrequencyPenalty);
        if (_request.StopSequences.Count > 0)
        {
            _loss.Changed(RequestField.StopSequences, _request.Dialect, Dialect.OpenAIResponses);
        }
    }

    private void WriteSampling(RequestField field, ReadOnlySpan<byte> name, RawJson value)
    {
        if (!value.IsPresent)
        {
            return;
        }

        if (_target.IsChatGptBackend || _target.Rules.Sampling == SamplingRule.Refused)
        {
            Refuse(field);
            return;
        }

        _json.Raw(name);
        _json.Raw(value.Span);
    }

    private void Unsayable(RequestField field, RawJson value)
    {
        if (value.IsPresent)
        {
            _loss.Dropped(field, _request.Dialect, Dialect.OpenAIResponses);
        }
    }

    private void Refuse(RequestField field) => _loss.Dropped(field, _request.Dialect, Dialect.OpenAIResponses, "This model or its server refuses the field.");

    private void WriteTools()
    {
        if (!ResponsesToolWriter.WriteTools(_json, ",\"tools\":["u8, _request, _loss))
        {
            // tool_choice without tools is refused (P48).
            if (_request.ToolChoice is ToolChoice.Any or ToolChoice.Named)
            {
                _loss.Dropped(RequestField.ToolChoice, _request.Dialect, Dialect.OpenAIResponses, "No tool is left that this protocol can declare.");
            }

            return;
        }

        ResponsesToolWriter.WriteChoice(_json, ",\"tool_choice\":"u8, _request, _loss);
        if (_request.DisableParallelTools)
        {
            _json.Raw(",\"parallel_tool_calls\":false"u8);
        }
    }

    private void WriteReasoning()
    {
        var any = false;
        var rules = _target.Rules;
        var wanted = Efforts.Wanted(_request);
        if (wanted != EffortLevels.Unknown)
        {
            var isSaid = !_request.Effort.IsEmpty || _request.ThinkingBudget is not null || wanted == EffortLevels.None;
            var taken = Efforts.Clamp(wanted, rules.Effort);
            if (taken == EffortLevels.Unknown && IsOwn)
            {
                // A model that is not in the table, asked in its own words.
                taken = wanted;
            }

            if (taken == EffortLevels.Unknown)
            {
                if (wanted != EffortLevels.None)
                {
                    _loss.Dropped(RequestField.Thinking, _request.Dialect, Dialect.OpenAIResponses, "This model is not known to take reasoning; it reasons as it does by itself.");
                }
            }
            else
            {
                if (isSaid)
                {
                    Begin(ref any, "\"effort\":\""u8);
                    _json.Raw(Efforts.Word(taken));
                    _json.Raw("\""u8);
                }

                if (taken != wanted)
                {
                    _loss.Changed(RequestField.Effort, _request.Dialect, Dialect.OpenAIResponses, $"This model takes '{Encoding.ASCII.GetString(Efforts.Word(taken))}' instead.");
                }

                if (wanted != EffortLevels.None && !HasExtension("reasoning.summary"))
                {
                    Begin(ref any, "\"summary\":\"auto\""u8);
                }
            }
        }

        if (IsOwn)
        {
            foreach (var extension in _request.Extensions)
            {
                if (extension.Key.StartsWith("reasoning.", StringComparison.Ordinal))
                {
                    Begin(ref any, default);
                    _json.Quoted(extension.Key["reasoning.".Length..]);
                    _json.Raw(":"u8);
                    _json.Raw(extension.Value.Span);
                }
            }
        }

        _json.Raw(any ? "}"u8 : default);
    }

    private void Begin(ref bool any, ReadOnlySpan<byte> field)
    {
        _json.Raw(any ? ","u8 : ",\"reasoning\":{"u8);
        any = true;
        _json.Raw(field);
    }

    private void WriteText()
    {
        var hasFormat = _request.OutputFormat != OutputFormat.Text && (_request.OutputFormat == OutputFormat.JsonObject || !_request.OutputSchema.IsNullOrAbsent);
        if (!hasFormat && _request.Verbosity.IsEmpty)
        {
            return;
        }

        _json.Raw(",\"text\":{"u8);
        if (hasFormat)
        {
            ResponsesFormat.Write(_json, _request);
        }

        if (!_request.Verbosity.IsEmpty)
        {
            _json.Raw(hasFormat ? ",\"verbosity\":"u8 : "\"verbosity\":"u8);
            _json.Escaped(_request.Verbosity.Span);
        }

        _json.Raw("}"u8);
    }

    private void WriteIdentity()
    {
        if (!_request.UserId.IsEmpty)
        {
            if (_target.IsChatGptBackend)
            {
                Refuse(RequestField.UserId);
            }
            else
            {
                WriteShort(",\"safety_identifier\":"u8, _request.UserId);
            }
        }

        if (!_request.PromptCacheKey.IsEmpty)
        {
            WriteShort(",\"prompt_cache_key\":"u8, _request.PromptCacheKey);
        }
        else if (_request.Dialect == Dialect.Anthropic && !_request.UserId.IsEmpty)
        {
            // Claude Code's user id holds its session, so it is what requests with a common prefix share (P56).
            WriteShort(",\"prompt_cache_key\":"u8, _request.UserId);
        }

        var tier = _request.ServiceTier.Span;
        if (!tier.IsEmpty)
        {
            _json.Raw(",\"service_tier\":"u8);
            _json.Escaped(tier.SequenceEqual("standard_only"u8) ? "default"u8 : tier);
        }
    }

    /// <summary>A string of at most 64 characters; a longer one as its hash (P56).</summary>
    private void WriteShort(ReadOnlySpan<byte> field, EscapedText value)
    {
        const int most = 64;
        _json.Raw(field);
        if (value.Span.Length <= most)
        {
            _json.Escaped(value.Span);
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value.Span, hash);
        Span<byte> digits = stackalloc byte[2 * SHA256.HashSizeInBytes];
        Convert.TryToHexStringLower(hash, digits, out _);
        _json.Escaped(digits);
    }

    private void WriteInclude()
    {
        var own = IsOwn ? _request.Extensions.Find(e => e.Key == "include").Value : default;
        if (!own.IsNullOrAbsent && own.Span[0] == '[' && own.Span.Length > 2)
        {
            _json.Raw(",\"include\":"u8);
            _json.Raw(own.Span);
            return;
        }

        // Models that do not reason refuse it.
        if (!_target.Model.StartsWith("gpt-4", StringComparison.OrdinalIgnoreCase) && !_target.Model.StartsWith("gpt-3", StringComparison.OrdinalIgnoreCase))
        {
            _json.Raw(",\"include\":[\"reasoning.encrypted_content\"]"u8);
        }
    }

    private void WriteExtensions()
    {
        foreach (var (name, value) in _request.Extensions)
        {
            if (!IsOwn)
            {
                _loss.Dropped(name, "Responses has no such field.");
            }
            else if (_target.IsChatGptBackend && NotForChatGpt.Contains(name))
            {
                _loss.Dropped(name, "This server refuses the field.");
            }
            else if (name is "background" or "conversation")
            {
                _loss.Dropped(name, "Nothing is stored at the provider.");
            }
            else if (!Handled.Contains(name) && !name.StartsWith("reasoning.", StringComparison.Ordinal))
            {
                _json.Raw(","u8);
                _json.Quoted(name);
                _json.Raw(":"u8);
                _json.Raw(value.Span);
            }
        }
    }

    private bool HasExtension(string name) => IsOwn && _request.Extensions.Exists(e => e.Key == name);
}
