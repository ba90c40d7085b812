namespace Ccr.Protocols.Requests;

/// <summary>What a model does with temperature and top_p.</summary>
public enum SamplingRule
{
    /// <summary>Takes both.</summary>
    Free,

    /// <summary>Takes one of them, not both, and neither while thinking (Anthropic up to 4.5).</summary>
    OneOf,

    /// <summary>As <see cref="OneOf"/>; while thinking only the defaults (Anthropic 4.6).</summary>
    NotWhileThinking,

    /// <summary>Refuses both.</summary>
    Refused,
}
