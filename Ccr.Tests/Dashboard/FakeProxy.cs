using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Dashboard;

/// <summary>The proxy's admin API, saying what the test wants; may stop and come back on the same port.</summary>
internal sealed class FakeProxy : IAsyncDisposable
{
    private WebApplication? _app;

    public string Address { get; private set; } = "http://127.0.0.1:0";

    /// <summary>The answer of /api/status.</summary>
    public JsonObject Status { get; set; } = Busy();

    /// <summary>The answer of /api/requests.</summary>
    public JsonArray Requests { get; set; } = [];

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        _app = builder.Build();
        _app.MapGet("/api/status", () => Results.Text(Status.ToJsonString(), "application/json"));
        _app.MapGet("/api/requests", () => Results.Text(new JsonObject { ["requests"] = Requests.DeepClone() }.ToJsonString(), "application/json"));
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>A proxy in use: three targets, one of them failing, one provider disabled, one warning.</summary>
    public static JsonObject Busy() => JsonNode.Parse("""
        {
          "version": "0.1.0", "demo": false, "instance": "a1", "startedAt": "2026-03-04T10:00:00Z", "uptimeSeconds": 8000,
          "config": { "source": "/home/ada/.claude-code-router/config.json", "problems": [
            { "path": "Providers[2].api_key", "line": 31, "message": "the environment variable OPENROUTER_API_KEY is not set: the provider is disabled until it is", "error": false } ] },
          "activeRequests": 5, "activeStreams": 3, "requestsTotal": 40, "failuresTotal": 2,
          "redis": { "state": "connected", "buffered": 0 }, "tokenizer": { "state": "connected" },
          "targets": [
            { "name": "deepseek,deepseek-chat", "scenarios": ["default", "background"], "state": "ok", "latencySeconds": 0.412, "lastFailure": null, "requests": 904, "failures": 3 },
            { "name": "zai,glm-4.6", "scenarios": ["think", "tier-1"], "state": "failing", "latencySeconds": 1.27, "lastFailure": "rate_limited", "requests": 311, "failures": 29 },
            { "name": "local,qwen3-coder-30b-a3b-instruct-q4_k_m", "scenarios": ["longContext"], "state": "unknown", "latencySeconds": null, "lastFailure": null, "requests": 0, "failures": 0 } ],
          "providers": [
            { "name": "deepseek", "protocol": "openai-chat", "enabled": true, "reason": null, "models": ["deepseek-chat", "deepseek-reasoner"] },
            { "name": "openrouter", "protocol": "openai-chat", "enabled": false, "reason": "OPENROUTER_API_KEY is not set", "models": ["x"] } ]
        }
        """)!.AsObject();

    /// <summary>A proxy in demo mode that has served nothing, without Redis.</summary>
    public static JsonObject Demo() => JsonNode.Parse("""
        {
          "version": "0.1.0", "demo": true, "instance": "a1", "uptimeSeconds": 3, "config": { "source": "built-in demo", "problems": [] },
          "activeRequests": 0, "activeStreams": 0, "requestsTotal": 0, "failuresTotal": 0, "redis": { "state": "none", "buffered": 0 }, "tokenizer": { "state": "in-process" },
          "targets": [ { "name": "sim,sim-model", "scenarios": ["default"], "state": "unknown", "latencySeconds": null, "lastFailure": null, "requests": 0, "failures": 0 } ],
          "providers": [ { "name": "sim", "protocol": "anthropic", "enabled": true, "reason": null, "models": ["sim-model"] } ]
        }
        """)!.AsObject();
}
