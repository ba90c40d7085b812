using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Requests;

/// <summary>Who ends an answer at a stop sequence: the provider where it can, else the router.</summary>
public static class StopRules
{
    /// <summary>Whether the router must watch the text, because the provider takes no stop sequences, or not so many.</summary>
    public static bool IsEnforcedByRouter(CanonicalRequest request, Dialect target, ModelRules rules) => request.StopSequences.Count > Most(target, rules);

    private static int Most(Dialect target, ModelRules rules) => target switch
    {
        Dialect.Anthropic => int.MaxValue,
        Dialect.OpenAIChat => rules.TakesStop ? 4 : 0,
        Dialect.Gemini => 5,
        _ => 0,
    };
}
