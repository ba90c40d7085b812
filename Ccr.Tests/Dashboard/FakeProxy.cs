using System.Collections.Concurrent;
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
    private readonly ConcurrentQueue<string> _asked = new();
    private WebApplication? _app;

    public string Address { get; private set; } = "http://127.0.0.1:0";

    /// <summary>The answer of /api/status.</summary>
    public JsonObject Status { get; set; } = Busy();

    /// <summary>The answer of /api/requests.</summary>
    public JsonArray Requests { get; set; } = [];

    /// <summary>The answer of /api/usage for a kind of group and steps; 404 without, as of an older proxy.</summary>
    public Func<string, string, JsonObject>? Usage { get; set; }

    /// <summary>The answer of /api/sessions from an offset on; 404 without.</summary>
    public Func<int, JsonObject>? Sessions { get; set; }

    /// <summary>The questions so far, address and query.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            _asked.Enqueue(http.Request.Path + http.Request.QueryString);
            return next(http);
        });
        _app.MapGet("/api/usage", http => Answer(http, Usage?.Invoke(http.Request.Query["group_by"]!, http.Request.Query["interval"]!)));
        _app.MapGet("/api/sessions", http => Answer(http, Sessions?.Invoke(int.Parse(http.Request.Query["offset"]!, System.Globalization.CultureInfo.InvariantCulture))));
        _app.MapGet("/api/status", () => Results.Text(Status.ToJsonString(), "application/json"));
        _app.MapGet("/api/requests", (string? session) => Results.Text(
            new JsonObject { ["requests"] = new JsonArray([.. Requests.Where(r => session is null || (string?)r!["session"] == session).Select(r => r!.DeepClone())]) }.ToJsonString(), "application/json"));
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

    /// <summary>Usage of two groups: in the last step 10 and 5 requests, one step before 20 of the first.</summary>
    public static JsonObject TwoGroups(string groupBy, string interval)
    {
        var step = interval switch { "minute" => TimeSpan.FromMinutes(1), "hour" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) };
        var now = DateTimeOffset.UtcNow;
        var last = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % step.Ticks), TimeSpan.Zero);
        string[] names = groupBy switch { "provider" => ["deepseek", "zai"], "tier" => ["deepseek,deepseek-chat", "zai,glm-4.6"], _ => [groupBy + "-one", groupBy + "-two"] };
        JsonObject Count(string group, int times, DateTimeOffset? start)
        {
            var count = new JsonObject
            {
                ["group"] = group,
                ["requests"] = 10 * times,
                ["failures"] = times,
                ["input_tokens"] = 20_000 * times,
                ["output_tokens"] = 1_000 * times,
                ["cache_read_tokens"] = 15_000 * times,
                ["cache_creation_tokens"] = 900 * times,
                ["cache_creation_1h_tokens"] = 100 * times,
                ["reasoning_tokens"] = 120 * times,
                ["cost_usd"] = 0.0125m * times,
                ["unpriced_requests"] = 1,
            };
            if (start is { } at)
            {
                count["start"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            }
            else
            {
                count["avg_duration_seconds"] = 1.25;
            }

            return count;
        }

        var small = Count(names[1], 1, last);
        small["requests"] = 5;
        return new()
        {
            ["group_by"] = groupBy,
            ["from"] = "2026-03-04T00:00:00Z",
            ["to"] = now.UtcDateTime.ToString("O"),
            ["interval"] = interval,
            ["source"] = "redis",
            ["rows"] = new JsonArray(Count(names[0], 3, null), With(Count(names[1], 1, null), 5)),
            ["buckets"] = new JsonArray(Count(names[0], 2, last - step), Count(names[0], 1, last), small),
        };

        static JsonObject With(JsonObject count, int requests)
        {
            count["requests"] = requests;
            return count;
        }
    }

    /// <summary>Three sessions, on pages of two.</summary>
    public static JsonObject ThreeSessions(int offset)
    {
        JsonObject[] all =
        [
            Session("s-new", "claude-code", 30, 1, "0.75", "main 20, subagent 8, auxiliary 2"), Session("conversation-0b1c2d3e4f5061728394a5b6c7d8e9f0", "codex", 2, 0, "null", ""), Session("s-old", "opencode", 7, 0, "0.0021", ""),
        ];
        return new()
        {
            ["total"] = 3,
            ["source"] = "redis",
            ["sessions"] = new JsonArray([.. all.Skip(offset).Take(2)]),
            ["next_offset"] = offset + 2 < 3 ? offset + 2 : null,
        };

        static JsonObject Session(string id, string application, int requests, int failures, string cost, string agents) => JsonNode.Parse($$"""
            {"id":"{{id}}","application":"{{application}}","first_seen":"2026-03-04T10:00:00Z","last_seen":"2026-03-04T11:59:00Z","requests":{{requests}},"failures":{{failures}},
             "input_tokens":1200000,"output_tokens":34000,"cache_read_tokens":900000,"cache_creation_tokens":20000,"reasoning_tokens":5000,"cost_usd":{{cost}},"unpriced_requests":{{(cost == "null" ? 2 : 0)}},
             "agents":{"main":{{(agents.Length > 0 ? 20 : 0)}},"subagent":{{(agents.Length > 0 ? 8 : 0)}},"auxiliary":{{(agents.Length > 0 ? 2 : 0)}} },"target":"deepseek,deepseek-chat"}
            """)!.AsObject();
    }

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

    private static Task Answer(HttpContext http, JsonObject? answer)
    {
        if (answer is null)
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        }

        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(answer.ToJsonString());
    }

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
