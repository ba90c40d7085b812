namespace Ccr.Protocols.Canonical;

/// <summary>What became of a field that could not be carried over as it is.</summary>
public enum LossAction
{
    /// <summary>Left out.</summary>
    Dropped,

    /// <summary>Said in other words.</summary>
    Changed,
}
