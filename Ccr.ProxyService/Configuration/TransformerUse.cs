using Ccr.Protocols.Canonical;
using Ccr.Protocols.Transformers;

namespace Ccr.ProxyService.Configuration;

/// <summary>What a provider's transformer setting says.</summary>
/// <param name="Protocol">The protocol that a name in transformer.use chooses; null when none does.</param>
/// <param name="All">The transformers for all models, in order.</param>
/// <param name="ByModel">The further ones of single models.</param>
/// <param name="Vertex">project and location of a vertex transformer; null when there is none.</param>
internal sealed record TransformerUse(Dialect? Protocol, IReadOnlyList<Transformer> All, IReadOnlyDictionary<string, IReadOnlyList<Transformer>> ByModel, VertexPlace? Vertex);

/// <summary>Where a Vertex AI endpoint is, as far as the options say.</summary>
internal sealed record VertexPlace(string? Project, string? Location, string Publisher);
