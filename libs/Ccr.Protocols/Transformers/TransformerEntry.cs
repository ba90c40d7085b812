using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Transformers;

/// <summary>One name of the catalogue.</summary>
/// <param name="Name">The name, in lower case.</param>
/// <param name="Effect">What it does, in one sentence.</param>
/// <param name="Create">Makes it from its options.</param>
public sealed record TransformerEntry(string Name, string Effect, Func<JsonObject, Transformer> Create)
{
    /// <summary>The protocol it chooses for a provider; null when it chooses none.</summary>
    public Dialect? Protocol { get; init; }

    /// <summary>Its options.</summary>
    public IReadOnlyList<TransformerOption> Options { get; init; } = [];

    /// <summary>True when any option is taken and goes into the body.</summary>
    public bool TakesAnyOption { get; init; }
}
