using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccr.Protocols.Gemini;

/// <summary>How nodes are turned into text here: nothing escaped that need not be.</summary>
internal static class JsonText
{
    /// <summary>Options for <see cref="System.Text.Json.Nodes.JsonNode.ToJsonString"/>.</summary>
    public static JsonSerializerOptions Relaxed { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = new EmptyResolver() };

    private sealed class EmptyResolver : IJsonTypeInfoResolver
    {
        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => null;
    }
}
