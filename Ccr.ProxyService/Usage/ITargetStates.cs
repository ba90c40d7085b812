namespace Ccr.ProxyService.Usage;

/// <summary>The state of all targets of the configuration in force.</summary>
internal interface ITargetStates
{
    /// <summary>A snapshot, in the order of the configuration.</summary>
    IReadOnlyList<TargetState> Snapshot();

    /// <summary>The places of all providers that were ever called, by name.</summary>
    IReadOnlyList<ProviderState> Providers();
}
