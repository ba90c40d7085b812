using System.Text;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Usage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Proxy;

/// <summary>The real proxy on a free port, with a configuration of the test's own.</summary>
internal sealed class RunningProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private RunningProxy(WebApplication app, DirectoryInfo folder)
    {
        _app = app;
        _folder = folder;
        BaseAddress = new Uri(app.Urls.First());

        // A response that a test gives up breaks its connection at once, and is not read on for two seconds.
        Client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = BaseAddress, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri BaseAddress { get; }

    public HttpClient Client { get; }

    public string ConfigPath => Path.Combine(_folder.FullName, "config.json");

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningProxy> StartAsync(string config, string? redis = null, string? home = null, Func<StartOptions, StartOptions>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("ccr-proxy-");
        var path = Path.Combine(folder.FullName, "config.json");
        await File.WriteAllTextAsync(path, config);
        var options = new StartOptions
        {
            ConfigPath = path,
            Port = 0,
            Home = home ?? folder.FullName,
            HostArguments = redis is null ? [] : [$"--ConnectionStrings:redis={redis}"],
        };
        var app = ProxyHost.Build(change?.Invoke(options) ?? options);
        await app.StartAsync();
        return new(app, folder);
    }

    /// <summary>A configuration with the simulator as an Anthropic provider "native" and as a Chat provider "chat".</summary>
    public static string Config(Uri simulator, string router, string more = "") => $$"""
        {
          "LOG": false, {{more}}
          "Providers": [
            { "name": "native", "api_base_url": "{{simulator}}v1/messages", "api_key": "native-secret-key", "models": ["sim-text"], "transformer": { "use": ["Anthropic"] } },
            { "name": "chat", "api_base_url": "{{simulator}}v1/chat/completions", "api_key": "chat-secret-key", "models": ["sim-text"] }
          ],
          "Router": { "tierRetries": { "*": { "max_retries": 0 } }, {{router}} }
        }
        """;

    public Task<HttpResponseMessage> PostAsync(string body, Action<HttpRequestMessage>? change = null, CancellationToken cancellationToken = default) =>
        PostAsync("/v1/messages", body, change, cancellationToken);

    public async Task<HttpResponseMessage> PostAsync(string path, string body, Action<HttpRequestMessage>? change = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        change?.Invoke(request);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Asks and reads the whole answer.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> AskAsync(string body, Action<HttpRequestMessage>? change = null)
    {
        var response = await PostAsync(body, change);
        return (response, await response.Content.ReadAsStringAsync());
    }

    public IConfigStore Store => Services.GetRequiredService<IConfigStore>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
