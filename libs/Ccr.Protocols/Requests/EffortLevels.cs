namespace Ccr.Protocols.Requests;

/// <summary>The words for how hard a model shall think, from least to most.</summary>
[Flags]
public enum EffortLevels
{
    /// <summary>No word at all.</summary>
    Unknown = 0,

    /// <summary>none: off.</summary>
    None = 1,

    /// <summary>minimal.</summary>
    Minimal = 2,

    /// <summary>low.</summary>
    Low = 4,

    /// <summary>medium.</summary>
    Medium = 8,

    /// <summary>high.</summary>
    High = 16,

    /// <summary>xhigh.</summary>
    XHigh = 32,

    /// <summary>max.</summary>
    Max = 64,
}
