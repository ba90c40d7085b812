using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>Readers for what the sources send: unknown fields are ignored, missing ones are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ProxyStatus))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(RequestEntry))]
[JsonSerializable(typeof(LiveInstance))]
internal sealed partial class DashboardJson : JsonSerializerContext
{
    /// <summary>One request of the stream; null when the text is not one (a newer proxy's business, not an error).</summary>
    public static RequestEntry? TryReadRequest(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize(json, Default.RequestEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What an instance says of itself; null when the text is not that.</summary>
    public static LiveInstance? TryReadLive(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize(json, Default.LiveInstance);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
