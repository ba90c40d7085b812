using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Keys;

/// <summary>Proxies, replicas of one another where there is a Redis, in front of an upstream that answers with a hundred tokens for a tenth of a cent and nothing for input.</summary>
internal sealed class KeyBed : IAsyncDisposable
{
    public const string Free = "\"pricing\": { \"input_per_million_tokens\": 0, \"output_per_million_tokens\": 10 }";

    private KeyBed(ScriptedUpstream upstream, IReadOnlyList<RunningProxy> proxies) => (Upstream, Proxies) = (upstream, proxies);

    public ScriptedUpstream Upstream { get; }

    public IReadOnlyList<RunningProxy> Proxies { get; }

    public RunningProxy Proxy => Proxies[0];

    public static async Task<KeyBed> StartAsync(string? redis = null, int proxies = 1, string more = "", string pricing = Free, string? home = null)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(Answer());
        var config = $$"""
            {
              "LOG": false, {{more}}
              "Providers": [
                { "name": "p", "api_base_url": "{{upstream.BaseAddress}}v1/messages", "api_key": "provider-key", "models": ["m", "m2"], "transformer": { "use": ["Anthropic"] }, {{pricing}} },
                { "name": "q", "api_base_url": "{{upstream.BaseAddress}}v1/messages", "api_key": "provider-key", "models": ["m"], "transformer": { "use": ["Anthropic"] } }
              ],
              "Router": { "default": "p,m", "tierRetries": { "*": { "max_retries": 0 } } },
              "fallback": { "default": ["q,m"] }
            }
            """;
        var running = new List<RunningProxy>();
        for (var i = 0; i < proxies; i++)
        {
            running.Add(await RunningProxy.StartAsync(config, redis, home));
        }

        return new(upstream, running);
    }

    /// <summary>A whole answer of Anthropic's.</summary>
    public static ScriptedReply Answer(int input = 10, int output = 100) => ScriptedReply.Json(
        $$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":{{{input}}},"output_tokens":{{{output}}}}}""");

    /// <summary>A request for at most a hundred tokens.</summary>
    public static string Body(string model = "claude-x", int maxTokens = 100) => $$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"messages":[{"role":"user","content":"go {{Guid.NewGuid():N}}"}]}""";

    /// <summary>Makes a key; its id and the key.</summary>
    public async Task<(string Id, string Key)> CreateAsync(string members, RunningProxy? proxy = null)
    {
        // On a busy machine the first connection to Redis may take longer than an owner is made to wait.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var report = await AdminAsync(HttpMethod.Post, "/api/keys", $"{{{members}}}", status: null, proxy);
        while (!report.TryGetProperty("key", out _) && report.ToString().Contains("does not answer", StringComparison.Ordinal))
        {
            await Task.Delay(50, deadline.Token);
            report = await AdminAsync(HttpMethod.Post, "/api/keys", $"{{{members}}}", status: null, proxy);
        }

        Assert.True(report.TryGetProperty("key", out _), report.ToString());
        return (report.GetProperty("id").GetString()!, report.GetProperty("key").GetString()!);
    }

    public async Task<JsonElement> AdminAsync(HttpMethod method, string path, string? body = null, int? status = 200, RunningProxy? proxy = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await (proxy ?? Proxy).Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status is null || status == (int)response.StatusCode, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<(int Status, string Body, HttpResponseHeaders Headers)> AskAsync(string? key, string? body = null, string path = "/v1/messages", RunningProxy? proxy = null, Action<HttpRequestMessage>? change = null)
    {
        using var response = await (proxy ?? Proxy).PostAsync(path, body ?? Body(), r =>
        {
            if (key is not null)
            {
                r.Headers.TryAddWithoutValidation("x-api-key", key);
            }

            change?.Invoke(r);
        });
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    /// <summary>Waits until a key stands as it should: settlements are entered a moment after their answers.</summary>
    public async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> isSo, RunningProxy? proxy = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var report = await AdminAsync(HttpMethod.Get, "/api/keys/" + id, status: null, proxy: proxy);
            if (report.TryGetProperty("id", out _) && isSo(report))
            {
                return report;
            }

            if (deadline.IsCancellationRequested)
            {
                Assert.Fail($"still {report.GetRawText()}");
            }

            await Task.Delay(10, CancellationToken.None);
        }
    }

    public static decimal Money(JsonElement report, string name) => decimal.Parse(report.GetProperty(name).GetRawText(), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in Proxies)
        {
            await proxy.DisposeAsync();
        }

        await Upstream.DisposeAsync();
    }
}
