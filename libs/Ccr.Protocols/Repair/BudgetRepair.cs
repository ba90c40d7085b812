using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>How thinking is asked for: budgets that are too small or too large, and forms that a model does not know.</summary>
internal static partial class BudgetRepair
{
    private const EffortLevels LowToHigh = EffortLevels.Low | EffortLevels.Medium | EffortLevels.High;

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (sent.Target == Dialect.Gemini)
        {
            return text.HasAny("thinking budget", "thinking_budget", "thinkingBudget") ? ForGemini(text) : null;
        }

        if (sent.Target != Dialect.Anthropic)
        {
            return null;
        }

        if (text.HasAny("thinking.type.enabled", "thinking.type: enabled") && text.HasAny("not supported", "no longer supported", "adaptive"))
        {
            return new(RepairKind.ThinkingForm, "The model takes no thinking budget; it is said as an effort.")
            {
                Change = static request => request.Thinking == ThinkingMode.Enabled,
                OptionsChange = static options => options.Rules = options.Rules with { Thinking = ThinkingForm.Adaptive, Effort = options.Rules.Effort == 0 ? LowToHigh : options.Rules.Effort },
                BodyEdit = ToAdaptive,
            };
        }

        if (text.HasAny("adaptive thinking is not supported", "thinking.type.adaptive", "'adaptive' is not"))
        {
            return new(RepairKind.ThinkingForm, "The model does not think adaptively; the effort is said as a thinking budget.")
            {
                Change = static request => request.Thinking == ThinkingMode.Adaptive,
                OptionsChange = static options => options.Rules = options.Rules with { Thinking = ThinkingForm.Budget, Effort = EffortLevels.Unknown },
                BodyEdit = body => ToBudget(body, sent.Options.Rules.MaxOutput),
            };
        }

        if (text.Has("budget_tokens") && text.HasAny("greater than", "at least 1024", "less than", ">= 1024", "minimum"))
        {
            var most = sent.Options.Rules.MaxOutput;
            return new(RepairKind.ThinkingBudget, "The thinking budget and the output limit did not fit: the budget is 1024 at least and the limit above it, or thinking is off where the model has no room for it.")
            {
                Change = request => Fit(request, most),
                BodyEdit = body => AnthropicThinkingEdit.FitBudget(body, most),
            };
        }

        return null;
    }

    private static bool Fit(CanonicalRequest request, long most)
    {
        if (request.Thinking != ThinkingMode.Enabled)
        {
            return false;
        }

        var (budget, max) = AnthropicThinkingEdit.Fit(request.ThinkingBudget ?? 0, request.MaxTokens ?? 0, most);
        var changed = budget != request.ThinkingBudget || max != request.MaxTokens;
        request.Thinking = budget == 0 ? ThinkingMode.Disabled : ThinkingMode.Enabled;
        request.ThinkingBudget = budget == 0 ? null : budget;
        request.MaxTokens = budget == 0 ? request.MaxTokens : max;
        return changed;
    }

    private static void ToAdaptive(JsonObject body)
    {
        if (!AnthropicThinkingEdit.IsByBudget(body) || body["thinking"] is not JsonObject thinking)
        {
            return;
        }

        var effort = Efforts.Clamp(Efforts.FromBudget(BodyFields.Number(thinking["budget_tokens"]) ?? 0), LowToHigh);
        thinking["type"] = "adaptive";
        thinking.Remove("budget_tokens");
        if (body["output_config"] is not JsonObject config)
        {
            body["output_config"] = config = [];
        }

        config.TryAdd("effort", Encoding.ASCII.GetString(Efforts.Word(effort)));
    }

    private static void ToBudget(JsonObject body, long most)
    {
        if (body["thinking"] is not JsonObject thinking || BodyFields.Text(thinking["type"]) != "adaptive")
        {
            return;
        }

        var effort = EffortLevels.Medium;
        if (body["output_config"] is JsonObject config)
        {
            effort = Efforts.Parse(Encoding.UTF8.GetBytes(BodyFields.Text(config["effort"]) ?? "medium"));
            config.Remove("effort");
            if (config.Count == 0)
            {
                body.Remove("output_config");
            }
        }

        thinking["type"] = "enabled";
        thinking["budget_tokens"] = (long)Efforts.ToBudget(effort);
        AnthropicThinkingEdit.FitBudget(body, most);
    }

    private static RepairPlan? ForGemini(ErrorText text)
    {
        var range = Range().Match(text.Message);
        if (ErrorText.Number(range, "least") is not { } least || ErrorText.Number(range, "most") is not { } most || least > most)
        {
            // "Budget 0 is invalid. This model only works in thinking mode."
            return text.Has("only works in thinking mode")
                ? new(RepairKind.ThinkingBudget, "The model always thinks: the budget that would turn it off is left out.")
                {
                    Change = Unset,
                    BodyEdit = static body => BodyPath.Remove(body, ["generationConfig", "thinkingConfig", "thinkingBudget"]),
                }
                : null;
        }

        return new(RepairKind.ThinkingBudget, string.Create(CultureInfo.InvariantCulture, $"The thinking budget is brought into the range that the provider names, {least} to {most}."))
        {
            Change = request => Clamp(request, least, most),
            OptionsChange = options => options.Rules = options.Rules with { Budget = ((int)least, (int)most) },
            BodyEdit = body =>
            {
                if (body["generationConfig"] is JsonObject config && config["thinkingConfig"] is JsonObject thinking && BodyFields.Number(thinking["thinkingBudget"]) is { } budget)
                {
                    thinking["thinkingBudget"] = Math.Clamp(budget, least, most);
                }
            },
        };
    }

    private static bool Unset(CanonicalRequest request)
    {
        var changed = request.Thinking != ThinkingMode.Unset;
        request.Thinking = ThinkingMode.Unset;
        request.ThinkingBudget = null;
        request.Effort = default(EscapedText);
        return changed;
    }

    private static bool Clamp(CanonicalRequest request, long least, long most)
    {
        if (request.ThinkingBudget is not { } budget || Math.Clamp(budget, least, most) == budget)
        {
            return false;
        }

        request.ThinkingBudget = Math.Clamp(budget, least, most);
        return true;
    }

    [GeneratedRegex("(?:between|from) (?<least>[0-9]{1,9}) (?:and|to) (?<most>[0-9]{1,9})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Range();
}
