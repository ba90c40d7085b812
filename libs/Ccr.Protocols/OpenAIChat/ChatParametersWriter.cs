using System.Security.Cryptography;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Limits, sampling, reasoning, the answer's form and who asks.</summary>
internal sealed class ChatParametersWriter(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    private readonly ModelRules _rules = target.Rules;

    /// <summary>Writes the fields, with a comma before each.</summary>
    public void Write()
    {
        if (request.MaxTokens is { } max)
        {
            var most = _rules.MaxOutput > 0 ? _rules.MaxOutput : long.MaxValue;
            if (max > most)
            {
                loss.Changed(RequestField.MaxTokens, request.Dialect, Dialect.OpenAIChat, $"The model writes {most} tokens at most.");
            }

            // 0 asks Anthropic to warm its cache only; one token is the least that others take.
            json.Raw(_rules.UsesMaxCompletionTokens ? ",\"max_completion_tokens\":"u8 : ",\"max_tokens\":"u8);
            json.Number(Math.Clamp(max, 1, most));
        }

        WriteSampling(RequestField.Temperature, ",\"temperature\":"u8, request.Temperature);
        WriteSampling(RequestField.TopP, ",\"top_p\":"u8, request.TopP);
        WriteSampling(RequestField.PresencePenalty, ",\"presence_penalty\":"u8, request.PresencePenalty);
        WriteSampling(RequestField.FrequencyPenalty, ",\"frequency_penalty\":"u8, request.FrequencyPenalty);
        if (request.Seed.IsPresent)
        {
            json.Raw(",\"seed\":"u8);
            json.Raw(request.Seed.Span);
        }

        if (request.TopK.IsPresent && request.Dialect == Dialect.OpenAIChat)
        {
            // No field of OpenAI's, but of many servers that resemble it; a client that sends it to us knows that.
            json.Raw(",\"top_k\":"u8);
            json.Raw(request.TopK.Span);
        }
        else if (request.TopK.IsPresent)
        {
            loss.Dropped(RequestField.TopK, request.Dialect, Dialect.OpenAIChat);
        }

        WriteStop();
        new ChatReasoningRequest(request, target, json, loss).Write();
        WriteOutputFormat();
        WriteIdentity();
    }

    private void WriteSampling(RequestField field, ReadOnlySpan<byte> name, RawJson value)
    {
        if (!value.IsPresent)
        {
            return;
        }

        if (_rules.Sampling == SamplingRule.Refused)
        {
            loss.Dropped(field, request.Dialect, Dialect.OpenAIChat, "This model refuses sampling parameters.");
            return;
        }

        json.Raw(name);
        json.Raw(value.Span);
    }

    private void WriteStop()
    {
        if (request.StopSequences.Count == 0)
        {
            return;
        }

        if (StopRules.IsEnforcedByRouter(request, Dialect.OpenAIChat, _rules))
        {
            loss.Changed(RequestField.StopSequences, request.Dialect, Dialect.OpenAIChat, _rules.TakesStop ? "Chat Completions takes four at most; the router itself ends the answer." : "This model refuses stop; the router itself ends the answer.");
            return;
        }

        json.Raw(",\"stop\":["u8);
        for (var i = 0; i < request.StopSequences.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : default);
            json.Escaped(request.StopSequences[i].Span);
        }

        json.Raw("]"u8);
    }

    private void WriteOutputFormat()
    {
        switch (request.OutputFormat)
        {
            case OutputFormat.JsonObject:
                json.Raw(",\"response_format\":{\"type\":\"json_object\"}"u8);
                break;
            case OutputFormat.JsonSchema:
                json.Raw(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":"u8);
                json.Escaped(request.OutputSchemaName.IsEmpty ? "output"u8 : request.OutputSchemaName.Span);
                json.Raw(",\"schema\":"u8);
                SchemaCleaner.Write(json, request.OutputSchema, SchemaTarget.OpenAI);
                if (request.OutputSchemaStrict.Span.SequenceEqual("true"u8) && SchemaCleaner.QualifiesForStrict(request.OutputSchema))
                {
                    json.Raw(",\"strict\":true"u8);
                }

                json.Raw("}}"u8);
                break;
        }
    }

    private void WriteIdentity()
    {
        // Servers that merely resemble OpenAI's refuse fields they do not know; a client of this dialect knows what its server takes.
        var takesAll = _rules.UsesMaxCompletionTokens || request.Dialect == Dialect.OpenAIChat;
        if (!request.UserId.IsEmpty && Keep(RequestField.UserId))
        {
            json.Raw(_rules.UsesMaxCompletionTokens ? ",\"safety_identifier\":"u8 : ",\"user\":"u8);
            WriteShort(request.UserId);
        }

        if (!request.PromptCacheKey.IsEmpty && Keep(RequestField.PromptCacheKey))
        {
            json.Raw(",\"prompt_cache_key\":"u8);
            WriteShort(request.PromptCacheKey);
        }
        else if (request.Dialect == Dialect.Anthropic && !request.UserId.IsEmpty && _rules.UsesMaxCompletionTokens)
        {
            // Claude Code's user id holds its session, so it is what requests with a common prefix share (P56).
            json.Raw(",\"prompt_cache_key\":"u8);
            WriteShort(request.UserId);
        }

        if (!request.Verbosity.IsEmpty && Keep(RequestField.Verbosity))
        {
            json.Raw(",\"verbosity\":"u8);
            json.Escaped(request.Verbosity.Span);
        }

        if (!request.ServiceTier.IsEmpty && Keep(RequestField.ServiceTier))
        {
            json.Raw(",\"service_tier\":"u8);
            json.Escaped(request.ServiceTier.Span.SequenceEqual("standard_only"u8) ? "default"u8 : request.ServiceTier.Span);
        }

        bool Keep(RequestField field)
        {
            if (!takesAll)
            {
                loss.Dropped(field, request.Dialect, Dialect.OpenAIChat, "Known to OpenAI's own models only; other servers refuse it.");
            }

            return takesAll;
        }
    }

    /// <summary>At most 64 characters, as OpenAI demands: a longer one as its SHA-256 in hex, which is as stable.</summary>
    private void WriteShort(EscapedText value)
    {
        if (value.Span.Length <= 64)
        {
            json.Escaped(value.Span);
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value.Span, hash);
        Span<byte> hex = stackalloc byte[64];
        Convert.TryToHexStringLower(hash, hex, out _);
        json.Escaped(hex);
    }
}
