using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Presets;

/// <summary>A preset that can be asked for.</summary>
/// <param name="Name">Its name in the address.</param>
/// <param name="Entry">An entry of Presets; null for a folder.</param>
/// <param name="Config">The configuration with a folder's own providers and routes; null for an entry of Presets.</param>
internal sealed record Preset(string Name, PresetConfig? Entry, CcrConfig? Config)
{
    /// <summary>A folder's routes.</summary>
    public RouteTable? Table { get; } = Config is null ? null : new RouteTable(Config);

    /// <summary>Where it leads: its route, or the default of its routes.</summary>
    public string? Route => Entry?.Route.Name ?? Config?.Router.Default?.Name;
}
