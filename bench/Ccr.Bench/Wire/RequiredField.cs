using System.Text.Json;

namespace Ccr.Bench.Wire;

/// <summary>Fields that a protocol requires.</summary>
internal static class RequiredField
{
    /// <summary>The field; its absence is said by name.</summary>
    /// <exception cref="FormatException">It is missing.</exception>
    public static JsonElement Field(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value : throw new FormatException($"the field '{name}' is missing.");
}
