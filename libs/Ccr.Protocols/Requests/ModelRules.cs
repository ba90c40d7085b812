namespace Ccr.Protocols.Requests;

/// <summary>What a model takes, known by its name. A table, so that a new family is a line and not a branch.</summary>
/// <param name="Prefix">The beginning of the model's name, after any vendor prefix ("openai/").</param>
/// <param name="UsesMaxCompletionTokens">Wants max_completion_tokens and refuses max_tokens.</param>
/// <param name="TakesReasoningEffort">Takes reasoning_effort.</param>
/// <param name="TakesSampling">Takes temperature, top_p and stop.</param>
public readonly record struct ModelRules(string Prefix, bool UsesMaxCompletionTokens, bool TakesReasoningEffort, bool TakesSampling)
{
    // Ground: OpenAI's parameter errors for the o-series and gpt-5 and later; the others are known to accept reasoning_effort.
    private static readonly ModelRules[] Table =
    [
        new("o1", true, true, false),
        new("o3", true, true, false),
        new("o4", true, true, false),
        new("gpt-5", true, true, false),
        new("gpt-6", true, true, false),
        new("gpt-oss", false, true, true),
        new("gemini-", false, true, true),
        new("grok-3-mini", false, true, true),
    ];

    private static readonly ModelRules Plain = new("", false, false, true);

    /// <summary>The rules for a model; unknown ones take the plain fields that every Chat Completions server knows.</summary>
    public static ModelRules For(ReadOnlySpan<char> model)
    {
        var name = model[(model.LastIndexOf('/') + 1)..];
        foreach (var rules in Table)
        {
            if (name.StartsWith(rules.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                return rules;
            }
        }

        return Plain;
    }
}
