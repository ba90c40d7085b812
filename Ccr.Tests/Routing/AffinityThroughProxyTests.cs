using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Dashboard;
using Ccr.Tests.Parts;
using Ccr.Tests.Proxy;
using Ccr.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Routing;

/// <summary>Sessions through the real proxy: one provider fails once, and whoever was served by the other stays there; on two replicas over one Redis too.</summary>
public sealed class AffinityThroughProxyTests : IAsyncLifetime
{
    /// <summary>A busy test machine needs more than two milliseconds.</summary>
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    private ScriptedUpstream _first = null!;
    private ScriptedUpstream _second = null!;

    public async Task InitializeAsync()
    {
        _first = await ScriptedUpstream.StartAsync();
        _second = await ScriptedUpstream.StartAsync();
        _second.Answer(Good);
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private static ScriptedReply Good => ScriptedReply.Json(Wire.Whole(Dialect.Anthropic));

    private static ScriptedReply Bad => ScriptedReply.Json("""{"type":"error","error":{"type":"api_error","message":"broken"}}""", 500);

    [Fact]
    public async Task After_a_failover_a_session_stays_and_the_record_says_why()
    {
        _first.Answer(Bad, Good);
        await using var proxy = await StartAsync();
        Assert.Equal("second,m", await AskAsync(proxy, "s"));
        Assert.Equal("second,m", await AskAsync(proxy, "s"));
        Assert.Equal("first,m", await AskAsync(proxy, "another"));
        var records = JsonDocument.Parse(await proxy.Client.GetStringAsync("/api/requests?limit=2")).RootElement.GetProperty("requests");
        Assert.Matches("^no other rule applies; the session's prompt cache is warm at second,m, used \\d+ s ago; moved from first,m to second,m: server$", records[1].GetProperty("routeReason").GetString());
        Assert.Equal("no other rule applies", records[0].GetProperty("routeReason").GetString());
        var metrics = await proxy.Client.GetStringAsync("/metrics");
        foreach (var line in (string[])["ccr_affinity_decisions_total{decision=\"hit\"} 1\n", "{decision=\"miss\"} 2\n", "{decision=\"moved\"} 1\n", "ccr_affinity_sessions 2\n"])
        {
            Assert.Contains(line, metrics, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("another", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_its_cache_is_cold_a_session_returns_to_the_first_target()
    {
        _first.Answer(Bad, Good);
        await using var proxy = await StartAsync("\"Affinity\": { \"warmMs\": 1 },");
        Assert.Equal("second,m", await AskAsync(proxy, "s"));

        // A millisecond passes sooner or later.
        await Until.ResultAsync(async () => await AskAsync(proxy, "s") == "first,m" ? "" : null);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_binds_nothing()
    {
        _first.Answer(Bad);
        var frames = Wire.Frames(Dialect.Anthropic);
        _second.Answer(ScriptedReply.Events(frames[..^1]));
        await using var proxy = await StartAsync();
        using (var cut = await proxy.PostAsync(Wire.Body(Dialect.Anthropic, "claude-x", true), r => r.Headers.Add("x-session-id", "s")))
        {
            Assert.Contains("event: error", await cut.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(0, proxy.Services.GetRequiredService<UsageRecorder>().Affinity.Sessions);
    }

    [NeedsFact("redis-server")]
    public async Task Two_replicas_over_one_redis_keep_a_sessions_target_and_learn_of_its_moves()
    {
        await using var redis = await RedisServer.StartNewAsync();
        _first.Answer(Bad, Good);
        await using var one = await StartAsync(redis: redis.ConnectionString);
        await using var two = await StartAsync(redis: redis.ConnectionString);
        await Task.WhenAll(ReadyAsync(one), ReadyAsync(two));
        Gate(one).Budget = Gate(two).Budget = Patient;
        Assert.Equal("second,m", await AskAsync(one, "s"));
        await Shared(one).FlushAsync(CancellationToken.None);
        Assert.Equal("second,m", await AskAsync(two, "s"));
        Assert.Equal(1, Counters(two).Found.Value);

        // It moves back on the other replica; the first one hears of it.
        _second.Answer(Bad, Good);
        Assert.Equal("first,m", await AskAsync(two, "s"));
        await Shared(two).FlushAsync(CancellationToken.None);
        await Until.ResultAsync(() => Task.FromResult(Moves(one) ? "" : null));
        Assert.Equal("first,m", await AskAsync(one, "s"));

        bool Moves(RunningProxy proxy) => proxy.Services.GetRequiredService<AffinityTable>() is var table && table.Find(OnlyKey(redis)) is { Target: "first,m" };
    }

    [NeedsFact("redis-server")]
    public async Task A_paused_redis_holds_nobody_up()
    {
        await using var redis = await RedisServer.StartNewAsync();
        _first.Answer(Good);
        await using var proxy = await StartAsync(redis: redis.ConnectionString);
        await ReadyAsync(proxy);
        var budget = Gate(proxy).Budget;
        Gate(proxy).Budget = Patient;
        Assert.Equal("first,m", await AskAsync(proxy, "before"));
        Assert.Equal((1, 0), (Counters(proxy).Unknown.Value, Counters(proxy).Late.Value));
        Gate(proxy).Budget = budget;
        redis.Signal("STOP");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("first,m", await AskAsync(proxy, $"at first {i}"));
        }

        // Each waited its two milliseconds or did not ask.
        var skipped = Counters(proxy).Skipped.Value;
        Assert.Equal(5, Counters(proxy).Late.Value + skipped);
        await Until.ResultAsync(async () =>
        {
            await Shared(proxy).FlushAsync(CancellationToken.None);
            return Gate(proxy).Answers ? null : "";
        });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("first,m", await AskAsync(proxy, $"later {i}"));
        }

        Assert.Equal(skipped + 5, Counters(proxy).Skipped.Value);
        Assert.Equal("first,m", await AskAsync(proxy, "before"));
        Assert.Equal(1, Counters(proxy).Hit.Value);

        redis.Signal("CONT");
        await ReadyAsync(proxy);
    }

    private static LookupGate Gate(RunningProxy proxy) => proxy.Services.GetRequiredService<LookupGate>();

    private static SharedBindings Shared(RunningProxy proxy) => proxy.Services.GetRequiredService<SharedBindings>();

    private static AffinityCounters Counters(RunningProxy proxy) => proxy.Services.GetRequiredService<AffinityCounters>();

    private static SessionKey OnlyKey(RedisServer redis)
    {
        using var connection = StackExchange.Redis.ConnectionMultiplexer.Connect(redis.ConnectionString);
        var name = (string)connection.GetServer(redis.ConnectionString).Keys(pattern: "ccr:affinity:*").Single()!;
        Assert.True(SessionKey.TryParse(name.AsSpan("ccr:affinity:{".Length, 32), out var key));
        return key;
    }

    /// <summary>Waits until a lookup would be asked and answered.</summary>
    private static Task<string> ReadyAsync(RunningProxy proxy) => Until.ResultAsync(async () =>
    {
        await Shared(proxy).FlushAsync(CancellationToken.None);
        return Gate(proxy).IsOpen ? "" : null;
    });

    private static async Task<string> AskAsync(RunningProxy proxy, string session)
    {
        using var response = await proxy.PostAsync(Wire.Body(Dialect.Anthropic, "claude-x", false), r => r.Headers.Add("x-session-id", session));
        Assert.Equal(200, (int)response.StatusCode);

        // To its end: a client that leaves before it is no answer served.
        await response.Content.ReadAsStringAsync();
        return response.Headers.GetValues("x-ccr-tier").Single();
    }

    private Task<RunningProxy> StartAsync(string more = "", string? redis = null) => RunningProxy.StartAsync(
        $$"""
        { "LOG": false, {{more}} "Providers": [
            { "name": "first", "api_base_url": "{{_first.BaseAddress}}v1/messages", "api_key": "k", "models": ["m"] },
            { "name": "second", "api_base_url": "{{_second.BaseAddress}}v1/messages", "api_key": "k", "models": ["m"] } ],
          "Router": { "default": "first,m", "tiers": ["second,m"], "tierRetries": { "*": { "max_retries": 0 } } } }
        """,
        redis);
}
