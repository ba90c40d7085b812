using System.Text.Json.Nodes;
using Ccr.Protocols.Transformers;

namespace Ccr.ProxyService.Configuration;

/// <summary>What one model of a provider adds to the provider's own settings.</summary>
internal sealed record ModelSettings
{
    /// <summary>Run after the provider's transformers.</summary>
    public IReadOnlyList<Transformer> Transformers { get; init; } = [];

    /// <summary>Headers added to the model's calls; they win over the provider's.</summary>
    public IReadOnlyDictionary<string, string> ExtraHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Members set in the body of the model's calls, after the provider's; null for none.</summary>
    public JsonObject? ExtraBody { get; init; }
}
