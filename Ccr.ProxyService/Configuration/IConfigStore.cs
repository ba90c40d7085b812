namespace Ccr.ProxyService.Configuration;

/// <summary>Holds the configuration in force. A request reads <see cref="Current"/> once and keeps that snapshot until it ends.</summary>
internal interface IConfigStore
{
    /// <summary>The last configuration that was valid. Never null; swapped whole.</summary>
    CcrConfig Current { get; }

    /// <summary>Problems of the newest edit that was refused, or warnings of the one in force; empty when all is well.</summary>
    IReadOnlyList<ConfigProblem> Problems { get; }
}
