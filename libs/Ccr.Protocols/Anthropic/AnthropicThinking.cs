using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>How a model shall be asked to think, and with how many tokens in all: decided once, because limits, sampling, tool choice and history depend on it.</summary>
internal sealed record AnthropicThinking
{
    private const int LeastBudget = 1024;
    private const int DefaultMaxTokens = 8192;

    /// <summary>The form to write.</summary>
    public ThinkingMode Mode { get; private init; }

    /// <summary>The budget for <see cref="ThinkingMode.Enabled"/>.</summary>
    public long Budget { get; private init; }

    /// <summary>The effort to write; Unknown for none.</summary>
    public EffortLevels Effort { get; private init; }

    /// <summary>The output limit.</summary>
    public long MaxTokens { get; private init; }

    /// <summary>True when the model is asked to think.</summary>
    public bool IsOn => Mode is ThinkingMode.Enabled or ThinkingMode.Adaptive;

    /// <summary>Decides for a request and a model.</summary>
    public static AnthropicThinking Plan(CanonicalRequest request, TargetOptions target, AnthropicConversation conversation, LossReport loss)
    {
        var mode = DecideMode(request, target, loss);
        var enabled = mode == ThinkingMode.Enabled;
        if (enabled && target.IsClaude() && conversation is { EndsWithResults: true, LastCallsBeginWithThinking: false })
        {
            // "Expected thinking, but found tool_use": the reasoning before the calls was another provider's, or is lost.
            mode = target.Rules.Thinking == ThinkingForm.Either ? ThinkingMode.Adaptive : ThinkingMode.Disabled;
            loss.Changed(RequestField.Thinking, request.Dialect, Dialect.Anthropic, "The turn with the last tool calls has lost its reasoning, which this model demands back; it does not think by budget this time.");
        }

        var effort = DecideEffort(request, target, mode, loss);
        return Limit(request, target, mode, effort);
    }

    private static ThinkingMode DecideMode(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        var rules = target.Rules;
        var wanted = Efforts.Wanted(request);
        var asked = request.Thinking is ThinkingMode.Enabled or ThinkingMode.Adaptive
            || (request.Thinking == ThinkingMode.Unset && request.Dialect != Dialect.Anthropic && wanted is not (EffortLevels.Unknown or EffortLevels.None));
        var refused = request.Thinking == ThinkingMode.Disabled || (!asked && wanted == EffortLevels.None);
        if (!target.IsClaude())
        {
            // Servers of other makers know the plain form.
            return refused ? ThinkingMode.Disabled
                : request.Thinking is ThinkingMode.Enabled or ThinkingMode.Adaptive ? ThinkingMode.Enabled
                : ThinkingMode.Unset;
        }

        if (rules.Thinking == ThinkingForm.None)
        {
            if (asked)
            {
                loss.Dropped(RequestField.Thinking, request.Dialect, Dialect.Anthropic, "This model does not think.");
            }

            return ThinkingMode.Unset;
        }

        if (refused)
        {
            if (rules.CanDisableThinking)
            {
                return ThinkingMode.Disabled;
            }

            loss.Dropped(RequestField.Thinking, request.Dialect, Dialect.Anthropic, "This model always thinks.");
            return ThinkingMode.Unset;
        }

        if (!asked)
        {
            return ThinkingMode.Unset;
        }

        switch (rules.Thinking)
        {
            case ThinkingForm.Budget:
                return ThinkingMode.Enabled;
            case ThinkingForm.Either:
                return request is { Thinking: ThinkingMode.Enabled, Dialect: Dialect.Anthropic } ? ThinkingMode.Enabled : ThinkingMode.Adaptive;
            default:
                if (request is { Thinking: ThinkingMode.Enabled, Dialect: Dialect.Anthropic })
                {
                    loss.Changed("thinking.budget_tokens", "This model takes no budget; said as an effort.");
                }

                return ThinkingMode.Adaptive;
        }
    }

    private static EffortLevels DecideEffort(CanonicalRequest request, TargetOptions target, ThinkingMode mode, LossReport loss)
    {
        var said = Efforts.Parse(request.Effort.Span);
        var taken = target.IsClaude() ? target.Rules.Effort : request.Dialect == Dialect.Anthropic ? said : EffortLevels.Unknown;
        if (taken == EffortLevels.Unknown)
        {
            // A model with a budget is told by the budget, unless it was asked in words of this dialect.
            if (!request.Effort.IsEmpty && (request.Dialect == Dialect.Anthropic || mode == ThinkingMode.Unset) && said != EffortLevels.None)
            {
                loss.Dropped(RequestField.Effort, request.Dialect, Dialect.Anthropic, "This model takes no effort.");
            }

            return EffortLevels.Unknown;
        }

        // Only thinking that is left to the model is steered by words alone; "medium" for a bare adaptive would be our invention.
        var wanted = said != EffortLevels.Unknown ? said
            : mode == ThinkingMode.Adaptive && request.ThinkingBudget is not null ? Efforts.Wanted(request)
            : EffortLevels.Unknown;
        if (wanted == EffortLevels.None)
        {
            return mode == ThinkingMode.Disabled ? EffortLevels.Unknown : Efforts.Clamp(EffortLevels.Low, taken);
        }

        var effort = Efforts.Clamp(wanted, taken);
        return mode == ThinkingMode.Disabled && effort > EffortLevels.High ? EffortLevels.High : effort;
    }

    private static AnthropicThinking Limit(CanonicalRequest request, TargetOptions target, ThinkingMode mode, EffortLevels effort)
    {
        var most = target.Rules.MaxOutput > 0 ? target.Rules.MaxOutput : long.MaxValue;
        var max = request.MaxTokens ?? (target.Rules.MaxOutput > 0 ? target.Rules.MaxOutput : DefaultMaxTokens);
        var budget = 0L;
        if (mode == ThinkingMode.Enabled)
        {
            budget = Math.Max(LeastBudget, request.ThinkingBudget ?? Efforts.ToBudget(Efforts.Wanted(request)));
            if (target.Rules.Budget.Most > 0)
            {
                budget = Math.Min(budget, target.Rules.Budget.Most);
            }

            if (request.MaxTokens is not null && request.Dialect is Dialect.OpenAIChat or Dialect.OpenAIResponses)
            {
                // Their limit is meant for the answer; here it includes the thinking.
                max = Math.Min(max, long.MaxValue / 2) + budget;
            }
            else if (max <= LeastBudget)
            {
                max += LeastBudget;
            }

            max = Math.Min(max, most);
            budget = Math.Max(LeastBudget, Math.Min(budget, max - 1));
        }

        // Zero only warms the cache, which is Anthropic's own idea.
        var least = request.Dialect == Dialect.Anthropic ? 0 : 1;
        return new() { Mode = mode, Budget = budget, Effort = effort, MaxTokens = Math.Clamp(max, least, most) };
    }
}
