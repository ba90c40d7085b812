using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>Output limits: under the wrong name, above the model's own, or above what the prompt leaves.</summary>
internal static partial class LimitRepair
{
    private const long LeastRoom = 1024;

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent) => Name(text, sent) ?? Room(text, sent) ?? Limit(text, sent);

    private static RepairPlan? Name(ErrorText text, SentRequest sent)
    {
        if (sent.Target != Dialect.OpenAIChat || !text.HasAny("not supported", "unsupported", "unknown", "unrecognized", "not permitted", "extra inputs", "use 'max_completion_tokens' instead"))
        {
            return null;
        }

        if (FieldNames.Find(text) is [var named, ..] && BodyPath.Parse(named) is not ["max_tokens" or "max_completion_tokens"])
        {
            return null;
        }

        // The name at fault comes first; the other one may be named as the remedy.
        var newer = text.Message.IndexOf("max_completion_tokens", StringComparison.Ordinal);
        var older = text.Message.IndexOf("max_tokens", StringComparison.Ordinal);
        if (newer < 0 && older < 0)
        {
            return null;
        }

        var (from, to) = older >= 0 && (newer < 0 || older < newer) ? ("max_tokens", "max_completion_tokens") : ("max_completion_tokens", "max_tokens");
        return new(RepairKind.MaxTokensName, $"The server takes {to} instead of {from}.")
        {
            BodyEdit = body =>
            {
                if (body.TryGetPropertyValue(from, out var value) && !body.ContainsKey(to))
                {
                    body.Remove(from);
                    body[to] = value;
                }
            },
        };
    }

    private static RepairPlan? Room(ErrorText text, SentRequest sent)
    {
        if (Context().Match(text.Message) is not { Success: true } context || ErrorText.Number(context, "most") is not { } most || Prompt(text.Message) is not { } prompt)
        {
            return null;
        }

        var room = most - prompt;
        return room < LeastRoom ? null : Clamp(RepairKind.ContextRoom, room, sent.Target, isModelLimit: false, string.Create(CultureInfo.InvariantCulture, $"Prompt and output limit exceed the context of {most} tokens: the limit becomes the {room} that are left."));
    }

    /// <summary>The tokens of the prompt, of which some servers tell the parts.</summary>
    private static long? Prompt(string message)
    {
        if (ErrorText.Number(Sum().Match(message), "prompt") is { } first)
        {
            return first;
        }

        long total = 0;
        var any = false;
        foreach (Match part in PromptPart().Matches(message))
        {
            total += ErrorText.Number(part, "number") ?? 0;
            any = true;
        }

        return any ? total : null;
    }

    private static RepairPlan? Limit(ErrorText text, SentRequest sent)
    {
        if (!text.HasAny("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maximum tokens", "max_new_tokens", "completion tokens", "output tokens") || text.Has("budget_tokens"))
        {
            return null;
        }

        var least = Least().Match(text.Message);
        if (ErrorText.Number(least, "number") is { } floor)
        {
            return new(RepairKind.MaxTokensLimit, string.Create(CultureInfo.InvariantCulture, $"The output limit is below the least that the provider takes, {floor}; it is raised to that."))
            {
                Change = request => Set(request, request.MaxTokens is { } max && max < floor ? floor : null),
                BodyEdit = body =>
                {
                    if (BodyFields.MaxTokens(body, sent.Target) is { } max && max < floor)
                    {
                        BodyFields.SetMaxTokens(body, sent.Target, floor);
                    }
                },
            };
        }

        var match = Most().Match(text.Message);
        if (ErrorText.Number(match, "number") is not { } most || most < 1)
        {
            return null;
        }

        most -= match.Groups["exclusive"].Success ? 1 : 0;
        return Clamp(RepairKind.MaxTokensLimit, most, sent.Target, isModelLimit: true, string.Create(CultureInfo.InvariantCulture, $"The output limit is above what the provider takes; it becomes {most}."));
    }

    private static RepairPlan Clamp(RepairKind kind, long most, Dialect target, bool isModelLimit, string description) => new(kind, description)
    {
        Change = request => Set(request, request.MaxTokens is not { } max || max > most ? most : null),
        OptionsChange = isModelLimit ? options => options.Rules = options.Rules with { MaxOutput = (int)most } : null,
        BodyEdit = body =>
        {
            if (BodyFields.MaxTokens(body, target) is not { } max || max <= most)
            {
                return;
            }

            BodyFields.SetMaxTokens(body, target, most);
            if (target == Dialect.Anthropic)
            {
                AnthropicThinkingEdit.FitBudget(body, most);
            }
        },
    };

    private static bool Set(CanonicalRequest request, long? max)
    {
        request.MaxTokens = max ?? request.MaxTokens;
        return max is not null;
    }

    // Anthropic: "exceed context limit: A + B > C"; OpenAI, vLLM, OpenRouter: "maximum context length is C tokens".
    [GeneratedRegex(@"exceed context limit: [0-9]+ \+ [0-9]+ > (?<most>[0-9]+)|maximum context length is (?<most>[0-9,]+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Context();

    [GeneratedRegex(@"exceed context limit: (?<prompt>[0-9]+) \+ ", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sum();

    [GeneratedRegex("(?<number>[0-9,]+) (?:(?:tokens )?in the messages|(?:tokens )?in the functions|input tokens|of text input|of tool input|of image input)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PromptPart();

    [GeneratedRegex("Expected a value >= (?<number>[0-9]+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Least();

    [GeneratedRegex(
        @"max_tokens: [0-9]+ > (?<number>[0-9]+)|\[1, ?(?<number>[0-9]+)\]|(?:at most|supports up to|less than or equal to|no more than|cannot exceed|must not exceed|value for max_tokens is|maximum value is|model limit of|<=) `?(?<number>[0-9,]+)|from [0-9]+ \(inclusive\) to (?<number>[0-9]+) (?:(?<exclusive>\(exclusive\))|\(inclusive\))",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Most();
}
