namespace Ccr.Protocols.Requests;

/// <summary>How an Anthropic model is asked to think.</summary>
public enum ThinkingForm
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>enabled with budget_tokens.</summary>
    Budget,

    /// <summary>adaptive, or enabled with budget_tokens.</summary>
    Either,

    /// <summary>adaptive only.</summary>
    Adaptive,
}
