using System.Text.Json;

namespace Ccr.ProxyService.Dispatch;

/// <summary>An answer of a provider that goes to the client as it is.</summary>
internal sealed record VerbatimAnswer(int Status, string ContentType, byte[] Body, HttpResponseMessage Response)
{
    /// <summary>Whether it is an error object, which all dialects have in this form; what else servers send (pages, plain words, nothing) no client can read.</summary>
    public bool IsErrorObject
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Body);
                return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("error"u8, out var error)
                    && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message"u8, out var message) && message.ValueKind == JsonValueKind.String;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}
