using System.Text.Json.Nodes;

namespace Ccr.ProxyService.Configuration;

/// <summary>An entry of Presets: one route with parameters, under a name that stands in the address (/preset/NAME/v1/…).</summary>
internal sealed record PresetConfig(string Name, RouteTarget Route)
{
    /// <summary>Set in bodies that do not set them themselves.</summary>
    public IReadOnlyList<BodyParameter> Parameters { get; init; } = [];

    /// <summary>max_tokens, for the list of presets; null when not set.</summary>
    public JsonNode? MaxTokens { get; init; }

    /// <summary>temperature, for the list of presets; null when not set.</summary>
    public JsonNode? Temperature { get; init; }
}
