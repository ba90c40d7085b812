using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Requests;

/// <summary>What a model takes, known by its name. A table, so that a new family is a line and not a branch.</summary>
/// <param name="Prefix">The beginning of the model's name, in lower case, after any vendor prefix ("openai/"), with '-' for '.'.</param>
public sealed record ModelRules(string Prefix)
{
    /// <summary>Wants max_completion_tokens and refuses max_tokens (Chat).</summary>
    public bool UsesMaxCompletionTokens { get; init; }

    /// <summary>The effort words it takes; empty when it takes none.</summary>
    public EffortLevels Effort { get; init; }

    /// <summary>What it does with temperature and top_p.</summary>
    public SamplingRule Sampling { get; init; }

    /// <summary>Takes stop sequences.</summary>
    public bool TakesStop { get; init; } = true;

    /// <summary>How thinking is asked for in Anthropic's dialect.</summary>
    public ThinkingForm Thinking { get; init; }

    /// <summary>How thinking is asked for in Gemini's dialect.</summary>
    public GeminiThinking GeminiThinking { get; init; }

    /// <summary>The least and the most thinking budget in tokens; 0 for no limit. A budget of 0 (off) is taken when <see cref="CanDisableThinking"/>.</summary>
    public (int Least, int Most) Budget { get; init; }

    /// <summary>Whether thinking can be turned off.</summary>
    public bool CanDisableThinking { get; init; } = true;

    /// <summary>Continues an assistant message at the end of the conversation.</summary>
    public bool TakesPrefill { get; init; } = true;

    /// <summary>The most output tokens; 0 when not known.</summary>
    public int MaxOutput { get; init; }

    /// <summary>Whether a forced tool_choice may go with thinking.</summary>
    public bool ForcedToolWithThinking { get; init; } = true;

    /// <summary>Takes role "system" in the middle of a conversation.</summary>
    public bool TakesSystemInMiddle { get; init; } = true;

    /// <summary>How a Chat server wants the reasoning of earlier turns back.</summary>
    public ReasoningReplay Replay { get; init; } = ReasoningReplay.Never;

    /// <summary>How a Chat server wants to be asked to reason.</summary>
    public ReasoningStyle Style { get; init; } = ReasoningStyle.Effort;

    /// <summary>Searches the web on web_search_options (Chat).</summary>
    public bool TakesWebSearchOptions { get; init; }

    /// <summary>Tool call ids must be nine letters or digits (Mistral).</summary>
    public bool NineCharacterToolIds { get; init; }

    private const EffortLevels LowToHigh = EffortLevels.Low | EffortLevels.Medium | EffortLevels.High;

    // Grounds: Anthropic's model documentation of thinking and sampling; OpenAI's parameter errors for the o-series and gpt-5 and later;
    // Gemini's thinking guide; DeepSeek's, Mistral's and Moonshot's error texts. The first line whose prefix fits counts.
    internal static readonly ModelRules[] Table =
    [
        // Anthropic: up to 4.5 a budget only; 4.6 both forms; later adaptive only. An unknown claude is taken for the newest.
        Budgeted("claude-3-5", 8192, ThinkingForm.None),
        Budgeted("claude-3-7", 64_000, ThinkingForm.Budget),
        Budgeted("claude-3", 4096, ThinkingForm.None),
        Budgeted("claude-haiku-4-5", 64_000, ThinkingForm.Budget),
        Budgeted("claude-sonnet-4-5", 64_000, ThinkingForm.Budget),
        Budgeted("claude-opus-4-5", 64_000, ThinkingForm.Budget) with { Effort = LowToHigh },
        Budgeted("claude-opus-4-6", 128_000, ThinkingForm.Either) with { Effort = LowToHigh | EffortLevels.Max, Sampling = SamplingRule.NotWhileThinking },
        Budgeted("claude-sonnet-4-6", 64_000, ThinkingForm.Either) with { Effort = LowToHigh | EffortLevels.Max, Sampling = SamplingRule.NotWhileThinking },
        Adaptive("claude-opus-4-7"),
        Adaptive("claude-opus-4-8"),
        Budgeted("claude-opus-4", 32_000, ThinkingForm.Budget),
        Budgeted("claude-sonnet-4", 64_000, ThinkingForm.Budget),
        Adaptive("claude-mythos") with { CanDisableThinking = false },
        Adaptive("claude-fable") with { CanDisableThinking = false },
        Adaptive("claude"),

        // OpenAI.
        OpenAI("o1", LowToHigh),
        OpenAI("o3", LowToHigh),
        OpenAI("o4", LowToHigh),
        new("gpt-4o-search") { TakesWebSearchOptions = true, Style = ReasoningStyle.Never },
        new("gpt-4o-mini-search") { TakesWebSearchOptions = true, Style = ReasoningStyle.Never },
        OpenAI("gpt-5-search", EffortLevels.Unknown) with { TakesWebSearchOptions = true, Style = ReasoningStyle.Never },
        OpenAI("gpt-5-1", LowToHigh | EffortLevels.None),
        OpenAI("gpt-5-2", LowToHigh | EffortLevels.None | EffortLevels.XHigh),
        OpenAI("gpt-5-", LowToHigh | EffortLevels.Minimal),
        OpenAI("gpt-5", LowToHigh | EffortLevels.Minimal),
        OpenAI("gpt-6", LowToHigh | EffortLevels.None | EffortLevels.XHigh | EffortLevels.Max),
        OpenAI("codex", LowToHigh),
        new("gpt-oss") { Effort = LowToHigh, CanDisableThinking = false },

        // Gemini.
        new("gemini-3") { GeminiThinking = GeminiThinking.Level, Effort = LowToHigh, CanDisableThinking = false },
        new("gemini-2-5-pro") { GeminiThinking = GeminiThinking.Budget, Budget = (128, 32_768), Effort = LowToHigh, CanDisableThinking = false },
        new("gemini-2-5-flash-lite") { GeminiThinking = GeminiThinking.Budget, Budget = (512, 24_576), Effort = LowToHigh | EffortLevels.None },
        new("gemini-2-5") { GeminiThinking = GeminiThinking.Budget, Budget = (1, 24_576), Effort = LowToHigh | EffortLevels.None },
        new("gemini-2") { GeminiThinking = GeminiThinking.None },
        new("gemini-1") { GeminiThinking = GeminiThinking.None },
        new("gemini-") { GeminiThinking = GeminiThinking.Level, Effort = LowToHigh, CanDisableThinking = false },

        // Others behind Chat Completions.
        new("deepseek-reasoner") { Replay = ReasoningReplay.Never, Style = ReasoningStyle.Never },
        new("deepseek-r1") { Replay = ReasoningReplay.Never, Style = ReasoningStyle.Never },
        new("deepseek") { Replay = ReasoningReplay.ReasoningContentRequired, Style = ReasoningStyle.ThinkingObject, Effort = LowToHigh | EffortLevels.Max },
        new("mimo") { Replay = ReasoningReplay.ReasoningContentRequired, Style = ReasoningStyle.ThinkingObject, Effort = EffortLevels.None },
        new("glm-") { Replay = ReasoningReplay.ReasoningContent, Style = ReasoningStyle.ThinkingObject, TakesSystemInMiddle = true },
        new("kimi-k2-thinking") { Replay = ReasoningReplay.ReasoningContent, Style = ReasoningStyle.Never },
        new("kimi") { Replay = ReasoningReplay.ReasoningContent, Style = ReasoningStyle.ThinkingObject },
        new("minimax") { Replay = ReasoningReplay.ReasoningDetails, Style = ReasoningStyle.Never, TakesSystemInMiddle = false },
        new("mistral") { NineCharacterToolIds = true, TakesSystemInMiddle = false, Style = ReasoningStyle.Never },
        new("magistral") { NineCharacterToolIds = true, TakesSystemInMiddle = false, Style = ReasoningStyle.Never },
        new("codestral") { NineCharacterToolIds = true, TakesSystemInMiddle = false, Style = ReasoningStyle.Never },
        new("devstral") { NineCharacterToolIds = true, TakesSystemInMiddle = false, Style = ReasoningStyle.Never },
        new("ministral") { NineCharacterToolIds = true, TakesSystemInMiddle = false, Style = ReasoningStyle.Never },
        new("pixtral") { NineCharacterToolIds = true, TakesSystemInMiddle = false, Style = ReasoningStyle.Never },
        new("grok-3-mini") { Effort = EffortLevels.Low | EffortLevels.High },
        new("qwen") { Style = ReasoningStyle.Never },
    ];

    private static readonly ModelRules Plain = new("") { Style = ReasoningStyle.Never };

    /// <summary>The rules for a model; unknown ones take the plain fields that every server knows.</summary>
    public static ModelRules For(ReadOnlySpan<char> model)
    {
        var name = model[(model.LastIndexOf('/') + 1)..];
        Span<char> normal = name.Length <= 128 ? stackalloc char[name.Length] : new char[name.Length];
        name.ToLowerInvariant(normal);
        normal.Replace('.', '-');

        // Bedrock and others put a region and a vendor before it: us.anthropic.claude-sonnet-4-5-v1:0.
        var claude = ((ReadOnlySpan<char>)normal).IndexOf("claude", StringComparison.Ordinal);
        normal = claude > 0 ? normal[claude..] : normal;
        foreach (var rules in Table)
        {
            if (normal.StartsWith(rules.Prefix, StringComparison.Ordinal))
            {
                return rules;
            }
        }

        return Plain;
    }

    private static ModelRules Budgeted(string prefix, int maxOutput, ThinkingForm form) => new(prefix)
    {
        Thinking = form,
        Budget = (1024, 0),
        MaxOutput = maxOutput,
        Sampling = SamplingRule.OneOf,
        ForcedToolWithThinking = false,
        TakesSystemInMiddle = false,
        Style = ReasoningStyle.ReasoningObject,
    };

    private static ModelRules Adaptive(string prefix) => new(prefix)
    {
        Thinking = ThinkingForm.Adaptive,
        MaxOutput = 128_000,
        Sampling = SamplingRule.Refused,
        TakesPrefill = false,
        Effort = LowToHigh | EffortLevels.XHigh | EffortLevels.Max,
        Style = ReasoningStyle.ReasoningObject,
    };

    private static ModelRules OpenAI(string prefix, EffortLevels effort) => new(prefix)
    {
        UsesMaxCompletionTokens = true,
        Effort = effort,
        Sampling = SamplingRule.Refused,
        TakesStop = false,
        CanDisableThinking = effort.HasFlag(EffortLevels.None),
    };
}
