using System.Text;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>Fields that a provider does not take, by the names it tells.</summary>
internal static class ParameterRepair
{
    /// <summary>The repair; null when no field is named, or only such as a request cannot do without.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        var names = FieldNames.Find(text);
        string[][] paths = [.. names.Select(name => Place(name, sent.Target)).Where(BodyPath.MayRemove)];
        if (paths.Length == 0 || (sent.Target == Dialect.Anthropic && paths.Any(path => path is ["max_tokens"])))
        {
            return null;
        }

        if (sent.Target == Dialect.OpenAIChat && paths.Any(path => path[0] == "stop") && sent.Request.StopSequences.Count > 0)
        {
            return new(RepairKind.Parameter, "The provider does not take stop; the router itself ends the answer at the first stop sequence.")
            {
                OptionsChange = static options => options.Rules = options.Rules with { TakesStop = false },
                Change = static request => request.StopSequences.Count > 0,
            };
        }

        if (paths.Any(path => path[0] is "response_format" || path is ["text", "format", ..]) && sent.Request.OutputFormat != OutputFormat.Text)
        {
            return new(RepairKind.Parameter, "The provider binds no answer to a form; the form is said as an instruction.") { Change = SayFormat };
        }

        return new(RepairKind.Parameter, $"The provider does not take {string.Join(", ", names)}; left out.")
        {
            Change = request => Clear(request, paths),
            BodyEdit = body =>
            {
                foreach (var path in paths)
                {
                    BodyPath.Remove(body, path);
                }
            },
        };
    }

    /// <summary>Where the field stands in the target's body, for names that are told without their place.</summary>
    private static string[] Place(string name, Dialect target)
    {
        var path = BodyPath.Parse(name);
        return (path, target) switch
        {
            (["effort"], Dialect.Anthropic) => ["output_config", "effort"],
            (["effort"] or ["reasoning_effort"], Dialect.OpenAIResponses) => ["reasoning", "effort"],
            (["verbosity"], Dialect.OpenAIResponses) => ["text", "verbosity"],
            (["stop"], Dialect.Anthropic) => ["stop_sequences"],
            (["temperature" or "top_p" or "top_k" or "topP" or "topK" or "seed" or "presencePenalty" or "frequencyPenalty" or "stopSequences" or "thinkingConfig" or "thinking_config"], Dialect.Gemini) => ["generationConfig", path[0]],
            (["thinkingLevel" or "thinking_level" or "thinkingBudget" or "thinking_budget"], Dialect.Gemini) => ["generationConfig", "thinkingConfig", path[0]],
            _ => path,
        };
    }

    /// <summary>Clears what the fields mean, so that a new encoding does not bring them back.</summary>
    private static bool Clear(CanonicalRequest request, string[][] paths)
    {
        foreach (var path in paths)
        {
            switch (path[^1])
            {
                case "temperature":
                    request.Temperature = default;
                    break;
                case "top_p" or "topP":
                    request.TopP = default;
                    break;
                case "top_k" or "topK":
                    request.TopK = default;
                    break;
                case "seed":
                    request.Seed = default;
                    break;
                case "presence_penalty" or "presencePenalty":
                    request.PresencePenalty = default;
                    break;
                case "frequency_penalty" or "frequencyPenalty":
                    request.FrequencyPenalty = default;
                    break;
                case "reasoning_effort" or "effort" or "thinkingLevel" or "thinking_level":
                    request.Effort = default;
                    break;
                case "reasoning" or "thinking" or "enable_thinking" or "thinkingConfig" or "thinking_config" when path.Length == 1 || path[0] is "generationConfig" or "generation_config":
                    request.Thinking = ThinkingMode.Unset;
                    request.ThinkingBudget = null;
                    request.Effort = default;
                    break;
                case "verbosity":
                    request.Verbosity = default;
                    break;
                case "parallel_tool_calls":
                    request.DisableParallelTools = false;
                    break;
                case "tool_choice":
                    request.ToolChoice = ToolChoice.Unset;
                    break;
                case "service_tier":
                    request.ServiceTier = default;
                    break;
                case "prompt_cache_key":
                    request.PromptCacheKey = default;
                    break;
                case "user" or "safety_identifier" or "metadata":
                    request.UserId = default;
                    break;
            }

            request.Extensions.RemoveAll(extension => extension.Key == path[^1] || extension.Key == string.Join('.', path));
        }

        return true;
    }

    private static bool SayFormat(CanonicalRequest request)
    {
        if (request.OutputFormat == OutputFormat.Text)
        {
            return false;
        }

        var words = new StringBuilder("Answer with one JSON object and nothing else: no explanation, no code fence.");
        if (!request.OutputSchema.IsNullOrAbsent)
        {
            words.Append(" It must fit this JSON Schema: ").Append(Encoding.UTF8.GetString(request.OutputSchema.Span));
        }

        request.System.Add(new TextBlock(EscapedText.From(words.ToString())));
        request.OutputFormat = OutputFormat.Text;
        request.OutputSchema = default;
        request.OutputSchemaName = default;
        request.OutputSchemaStrict = default;
        return true;
    }
}
