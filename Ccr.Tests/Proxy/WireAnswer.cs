using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>What a client got.</summary>
internal sealed record WireAnswer(int Status, string? ContentType, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static Task<WireAnswer> AskAsync(RunningProxy proxy, Dialect client, string model, bool stream, string more = "", Action<HttpRequestMessage>? change = null) =>
        SendAsync(proxy, Wire.Path(client, model, stream), Wire.Body(client, model, stream, more), change);

    public static async Task<WireAnswer> SendAsync(RunningProxy proxy, string path, string body, Action<HttpRequestMessage>? change = null) => await ReadAsync(await proxy.PostAsync(path, body, change));

    public static async Task<WireAnswer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync();
            return new((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), response.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase), body);
        }
    }
}
