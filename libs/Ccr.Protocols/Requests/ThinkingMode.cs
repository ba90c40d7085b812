namespace Ccr.Protocols.Requests;

/// <summary>How much the model should reason before it answers.</summary>
public enum ThinkingMode
{
    /// <summary>Not said.</summary>
    Unset,

    /// <summary>Off.</summary>
    Disabled,

    /// <summary>On, within a token budget.</summary>
    Enabled,

    /// <summary>As much as the model finds right.</summary>
    Adaptive,
}
