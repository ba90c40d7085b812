using System.Text.Json;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Routing;

/// <summary>A proxy before a scripted provider, under the names "one" (Anthropic; models m, Big), "two" (Anthropic; models m, gpt-x, openai/gpt-5), "openai" (Chat; gpt-5), "off" (no key).</summary>
internal sealed class RoutedProxy : IAsyncDisposable
{
    public const string Message =
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"ok"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1}}""";

    private RoutedProxy(ScriptedUpstream upstream, RunningProxy proxy)
    {
        Upstream = upstream;
        Proxy = proxy;
    }

    public ScriptedUpstream Upstream { get; }

    public RunningProxy Proxy { get; }

    public static async Task<RoutedProxy> StartAsync(string router, string more = "", string? home = null)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json(Message));
        return new(upstream, await RunningProxy.StartAsync(Config(upstream.BaseAddress, router, more), home: home));
    }

    public static string Config(Uri address, string router, string more = "") => $$"""
        {
          "LOG": false,
          "Providers": [
            { "name": "one", "api_base_url": "{{address}}v1/messages", "api_key": "k", "models": ["m", "Big", "claude-haiku-4-5"] },
            { "name": "two", "api_base_url": "{{address}}two/v1/messages", "api_key": "k", "models": ["m", "gpt-x", "openai/gpt-5", "qwen:free"], "allow_streaming": true },
            { "name": "openai", "api_base_url": "{{address}}v1/chat/completions", "api_key": "k", "models": ["gpt-5"] },
            { "name": "off", "api_base_url": "{{address}}v1/messages", "api_key": "$CCR_TEST_VARIABLE_THAT_IS_NOT_SET", "models": ["only-there"] }
          ],
          {{more}}
          "Router": { {{router}} }
        }
        """;

    public static string Body(string model, string text = "hi", string fields = "") =>
        $$"""{"model":{{JsonSerializer.Serialize(model)}},{{fields}}"max_tokens":10,"messages":[{"role":"user","content":{{JsonSerializer.Serialize(text)}}}]}""";

    public async Task<JsonElement> ExplainAsync(string body, string query = "", Action<HttpRequestMessage>? change = null)
    {
        using var response = await Proxy.PostAsync($"/v1/route/explain{query}", body, change);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>"scenario target" of a request.</summary>
    public async Task<string> RouteAsync(string body, Action<HttpRequestMessage>? change = null, string query = "")
    {
        var answer = await ExplainAsync(body, query, change);
        return $"{answer.GetProperty("scenario").GetString()} {answer.GetProperty("targets")[0].GetProperty("target").GetString()}";
    }

    /// <summary>Sends a request and returns what the provider got.</summary>
    public async Task<ScriptedUpstream.Seen> SendAsync(string body, string path = "/v1/messages", Action<HttpRequestMessage>? change = null)
    {
        Upstream.Answer(ScriptedReply.Json(Message));
        using var response = await Proxy.PostAsync(path, body, change);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return Upstream.Single;
    }

    /// <summary>The reason of the step of a rule.</summary>
    public static string Reason(JsonElement explained, string rule) =>
        explained.GetProperty("steps").EnumerateArray().Last(s => s.GetProperty("rule").GetString() == rule).GetProperty("reason").GetString()!;

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
