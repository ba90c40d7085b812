using System.Text;
using System.Text.Json;
using Ccr.ProxyService.Hosting;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Modes;

/// <summary>A proxy with a provider that answers ("main", Messages), the target of the modes ("other", Chat) and an Anthropic of the test's own.</summary>
internal sealed class ModeBed : IAsyncDisposable
{
    public ScriptedUpstream Main { get; private init; } = null!;

    public ScriptedUpstream Other { get; private init; } = null!;

    public ScriptedUpstream Anthropic { get; private init; } = null!;

    public RunningProxy Proxy { get; private init; } = null!;

    /// <summary>Starts with members of Mode; <paramref name="router"/> and <paramref name="top"/> are members of Router and of the file.</summary>
    public static async Task<ModeBed> StartAsync(
        string mode, string router = "\"default\": \"main,main-model\"", string top = "", Func<StartOptions, Uri, StartOptions>? change = null)
    {
        var main = await ScriptedUpstream.StartAsync();
        var other = await ScriptedUpstream.StartAsync();
        var anthropic = await ScriptedUpstream.StartAsync();
        var config = $$"""
            {
              "LOG": false, {{top}}
              "Providers": [
                { "name": "main", "api_base_url": "{{main.BaseAddress}}v1/messages", "api_key": "main-secret-key", "models": ["main-model"],
                  "pricing": { "input_per_million_tokens": 1, "output_per_million_tokens": 1 } },
                { "name": "other", "api_base_url": "{{other.BaseAddress}}v1/chat/completions", "api_key": "other-secret-key", "models": ["other-model"],
                  "pricing": { "input_per_million_tokens": 2, "output_per_million_tokens": 2 } }
              ],
              "Mode": { "target": "other,other-model", "passthroughUrl": "{{anthropic.BaseAddress}}", {{mode}} },
              "Router": { "tierRetries": { "*": { "max_retries": 0 } }, {{router}} }
            }
            """;
        var proxy = await RunningProxy.StartAsync(config, change: options => change?.Invoke(options, other.BaseAddress) ?? options);
        return new() { Main = main, Other = other, Anthropic = anthropic, Proxy = proxy };
    }

    public async Task<(int Status, JsonElement Json)> GetAsync(string path)
    {
        using var response = await Proxy.Client.GetAsync(path);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    public async Task<(int Status, string Body)> PutAsync(string path, string body)
    {
        using var response = await Proxy.Client.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<(int Status, string Body)> AskAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var response = await Proxy.PostAsync(path, body, r => Array.ForEach(headers, h => r.Headers.TryAddWithoutValidation(h.Name, h.Value)));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Main.DisposeAsync();
        await Other.DisposeAsync();
        await Anthropic.DisposeAsync();
    }
}
