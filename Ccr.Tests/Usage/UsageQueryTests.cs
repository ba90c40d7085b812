using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Usage;

/// <summary>/api/usage and /api/sessions, from memory and from a real redis-server.</summary>
public sealed class UsageQueryTests
{
    private readonly SetClock _clock = new();

    [Fact]
    public async Task Without_a_redis_usage_is_answered_from_memory()
    {
        await using var host = await StartAsync();
        host.Recorder.Record(Samples.Rescued() with { Key = "k1", Session = "s" });
        host.Recorder.Record(Samples.Answer());
        Assert.Equal(
            Normal("""
                {"group_by":"application","from":null,"to":"2026-03-14T15:10:00Z","interval":null,"source":"memory","rows":[
                 {"group":"claude-code","requests":1,"failures":0,"input_tokens":100,"output_tokens":40,"cache_read_tokens":60,"cache_creation_tokens":30,
                  "cache_creation_1h_tokens":10,"reasoning_tokens":8,"cost_usd":null,"unpriced_requests":1,"avg_duration_seconds":2},
                 {"group":"opencode","requests":1,"failures":0,"input_tokens":7,"output_tokens":3,"cache_read_tokens":0,"cache_creation_tokens":0,
                  "cache_creation_1h_tokens":0,"reasoning_tokens":0,"cost_usd":null,"unpriced_requests":1,"avg_duration_seconds":0.101}]}
                """),
            Normal(await host.Client.GetStringAsync(Address("/api/usage?group_by=application"))));
        Assert.Equal(
            Normal("""
                {"group_by":"key","from":"2026-03-14T00:00:00Z","to":"2026-03-14T16:00:00Z","interval":"hour","source":"memory","rows":[
                 {"group":"k1","requests":1,"failures":0,"input_tokens":100,"output_tokens":40,"cache_read_tokens":60,"cache_creation_tokens":30,
                  "cache_creation_1h_tokens":10,"reasoning_tokens":8,"cost_usd":null,"unpriced_requests":1,"avg_duration_seconds":2}],
                 "buckets":[{"start":"2026-03-14T15:00:00Z","group":"k1","requests":1,"failures":0,"input_tokens":100,"output_tokens":40,"cache_read_tokens":60,
                  "cache_creation_tokens":30,"cache_creation_1h_tokens":10,"reasoning_tokens":8,"cost_usd":null,"unpriced_requests":1,"avg_duration_seconds":2}]}
                """),
            Normal(await host.Client.GetStringAsync(Address("/api/usage?group_by=key&interval=hour&from=2026-03-14"))));
    }

    [Fact]
    public async Task Rows_are_sorted_by_cost_then_by_requests_and_cut()
    {
        await using var host = await StartAsync();
        var dear = Samples.Answer("dear");
        host.Recorder.Record(dear with { Attempts = [dear.Attempts[0] with { Cost = 0.25m }] });
        host.Recorder.Record(Samples.Answer("often"));
        host.Recorder.Record(Samples.Answer("often"));
        host.Recorder.Record(Samples.Answer("seldom"));
        Assert.Equal(["dear", "often", "seldom"], Groups(await AskAsync(host, "/api/usage?group_by=provider")));
        Assert.Equal(["dear"], Groups(await AskAsync(host, "/api/usage?group_by=provider&limit=1")));
        Assert.Equal(0.25m, (decimal)(await AskAsync(host, "/api/usage"))["rows"]![0]!["cost_usd"]!);
    }

    [NeedsTheory("redis-server")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_range_holds_exactly_what_was_counted_in_it(bool withRedis)
    {
        await using var server = withRedis ? await RedisServer.StartNewAsync() : null;
        await using var replica = withRedis ? new Replica(server!.ConnectionString, "other") : null;
        await using var host = await StartAsync(server?.ConnectionString);
        var now = new DateTimeOffset(2026, 3, 14, 15, 9, 0, TimeSpan.Zero);
        var random = new Random(5);
        var times = Enumerable.Range(0, 250).Select(_ => now.AddMinutes(-random.Next(1, 4000))).Order().ToList();
        var recorder = replica?.Recorder ?? host.Recorder;
        foreach (var time in times)
        {
            _clock.Now = time;
            recorder.Record(Samples.Answer(model: "m" + (time.Minute % 2)));
            host.Services.GetRequiredService<UsageHistory>().Take();
            if (replica is not null)
            {
                replica.Clock.Now = time;
                await replica.FlushAsync();
            }
        }

        _clock.Now = now;
        if (withRedis)
        {
            await replica!.FlushAllAsync();
            await WaitAsync(() => host.Services.GetRequiredService<RedisState>().IsConnected, "connected");
        }

        foreach (var query in new[]
        {
            "", "&from=2026-03-14T14:30:00Z", "&from=2026-03-12T03:30", "&from=2026-03-13T17:00:30Z&to=2026-03-14T12:41Z", "&from=2026-03-12&to=2026-03-13",
            "&from=2026-03-13&interval=hour", "&from=2026-03-14T12:34:56Z&interval=minute", "&interval=day", "&from=1773400000&to=1773480000",
        })
        {
            var answer = await AskAsync(host, "/api/usage?group_by=model" + query);
            Assert.Equal(withRedis ? "redis" : "memory", (string?)answer["source"]);
            var from = answer["from"] is { } begin ? DateTimeOffset.Parse((string)begin!, CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
            var to = DateTimeOffset.Parse((string)answer["to"]!, CultureInfo.InvariantCulture);
            foreach (var group in new[] { 0, 1 })
            {
                var expected = times.Count(t => t >= from && t < to && t.Minute % 2 == group);
                Assert.Equal((query, group, expected), (query, group, Sum(answer["rows"]!, "m" + group)));
                if (answer["buckets"] is { } buckets)
                {
                    Assert.Equal((query, group, expected), (query, group, Sum(buckets, "m" + group)));
                }
            }
        }

        static int Sum(JsonNode rows, string group) => rows.AsArray().Where(r => (string?)r!["group"] == group).Sum(r => (int)r!["requests"]!);
    }

    [NeedsTheory("redis-server")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sessions_are_listed_newest_first_page_by_page(bool withRedis)
    {
        await using var server = withRedis ? await RedisServer.StartNewAsync() : null;
        await using var replica = withRedis ? new Replica(server!.ConnectionString, "other") : null;
        await using var host = await StartAsync(server?.ConnectionString);
        var recorder = replica?.Recorder ?? host.Recorder;
        for (var i = 0; i < 5; i++)
        {
            recorder.Record((i == 3 ? Samples.Rescued() : Samples.Answer()) with { Session = "s" + i, Agent = "subagent", StartedAt = Samples.Start.AddMinutes(i - 10) });
        }

        if (withRedis)
        {
            await replica!.FlushAllAsync();
            await WaitAsync(() => host.Services.GetRequiredService<RedisState>().IsConnected, "connected");
        }

        var page = await AskAsync(host, "/api/sessions?limit=2");
        Assert.Equal(["s4", "s3"], Ids(page));
        Assert.Equal((5, 2), ((int)page["total"]!, (int)page["next_offset"]!));
        var last = await AskAsync(host, "/api/sessions?limit=2&offset=4");
        Assert.Equal(["s0"], Ids(last));
        Assert.Null(last["next_offset"]);
        Assert.Equal(["s4", "s2", "s1", "s0"], Ids(await AskAsync(host, "/api/sessions?application=OpenCode")));
        Assert.Equal(
            Normal($$"""
                {"total":1,"source":"{{(withRedis ? "redis" : "memory")}}","sessions":[{"id":"s3","application":"claude-code",
                 "first_seen":"2026-03-14T15:02:26.535Z","last_seen":"2026-03-14T15:02:28.535Z","requests":1,"failures":0,"input_tokens":100,"output_tokens":40,
                 "cache_read_tokens":60,"cache_creation_tokens":30,"reasoning_tokens":8,"cost_usd":null,"unpriced_requests":1,
                 "agents":{"main":0,"subagent":1,"auxiliary":0},"target":"b,m2"}],"next_offset":null}
                """),
            Normal(await host.Client.GetStringAsync(Address("/api/sessions?application=claude-code"))));

        Assert.Equal(["s4", "s3"], Groups(await AskAsync(host, "/api/usage?group_by=session&from=2026-03-14T15:02:00Z")).OrderDescending());
        Assert.Equal(5, Groups(await AskAsync(host, "/api/usage?group_by=session")).Count());
    }

    [Theory]
    [InlineData("usage?group_by=modle", "group_by=\"modle\": must be one of total, tier, provider, model, key, application, scenario, session.")]
    [InlineData("usage?interval=week", "interval=\"week\": must be one of minute, hour, day.")]
    [InlineData("usage?from=yesterday", "from=\"yesterday\": must be a time such as 2026-03-14T15:00:00Z, a day such as 2026-03-14, or Unix seconds.")]
    [InlineData("usage?to=03/14/2026", "to=\"03/14/2026\": must be a time such as 2026-03-14T15:00:00Z, a day such as 2026-03-14, or Unix seconds.")]
    [InlineData("usage?from=2026-03-15", "from=\"2026-03-15\": must be in the past.")]
    [InlineData("usage?from=2026-03-14&to=2026-03-13", "to=\"2026-03-13\": must be after from.")]
    [InlineData("usage?limit=0", "limit=\"0\": must be a whole number from 1 to 1000.")]
    [InlineData("usage?interval=minute&from=2026-03-13", "interval=\"minute\": these are kept for 25 hours; ask for a later from or a longer interval.")]
    [InlineData("usage?interval=minute&to=2026-03-13", "to=\"2026-03-13\": lies before what is kept for this interval; ask for a longer interval.")]
    [InlineData("usage?group_by=session&interval=hour", "interval=\"hour\": sessions have no counters by time; leave it out, or group by something else.")]
    [InlineData("usage?group_by=session&to=2026-03-13", "to=\"2026-03-13\": sessions have no counters by time; leave it out, or group by something else.")]
    [InlineData("sessions?limit=501", "limit=\"501\": must be a whole number from 1 to 500.")]
    [InlineData("sessions?offset=-1", "offset=\"-1\": must be a whole number from 0 to 2147483647.")]
    public async Task A_question_that_cannot_be_answered_is_told_why(string question, string message)
    {
        await using var host = await StartAsync();
        using var answer = await host.Client.GetAsync(Address("/api/" + question));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(("invalid_request_error", message), ((string)error["type"]!, (string)error["message"]!));
    }

    [Fact]
    public async Task Too_many_buckets_are_refused_and_too_many_slices_are_made_coarser()
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 1000; i++)
        {
            host.Recorder.Record(Samples.Answer() with { Key = "k" + i });
        }

        using var answer = await host.Client.GetAsync(Address("/api/usage?group_by=key&interval=minute&limit=1000"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("ask for a longer interval, a later from or a lower limit.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // 30 minutes, 1 hour before and 3 at the end of the day would be too much for 1,000 keys; two hours and a day are not.
        var coarse = await AskAsync(host, "/api/usage?group_by=key&limit=1000&from=2026-03-13T21:15:00Z");
        Assert.Equal("2026-03-13T21:00:00Z", (string?)coarse["from"]);
        Assert.Equal(1000, coarse["rows"]!.AsArray().Count);
    }

    [Fact]
    public void The_history_forgets_what_is_old_and_the_oldest_of_too_much()
    {
        var recorder = new UsageRecorder();
        var history = new UsageHistory(recorder, _clock);
        var begin = _clock.Now;
        for (var minute = 0; minute < 26 * 60; minute++)
        {
            recorder.Record(Samples.Answer());
            history.Take();
            _clock.Now += TimeSpan.FromMinutes(1);
        }

        Assert.Null(history.Find("total", Granularity.Minute, Granularity.Minute.Floor(begin)));
        Assert.NotNull(history.Find("total", Granularity.Minute, Granularity.Minute.Floor(_clock.Now.AddHours(-24))));
        Assert.Equal(60, history.Find("total", Granularity.Hour, Granularity.Hour.Floor(begin.AddHours(1)))![0]);

        var level = new HistoryLevel(Granularity.Minute, 100);
        for (var minute = 0; minute < 90; minute++)
        {
            level.Add("a", begin.AddMinutes(minute), [1]);
            level.Add("b", begin.AddMinutes(minute), [1]);
            level.Trim(begin.AddMinutes(minute));
        }

        Assert.Equal(100, level.Cells);
        Assert.Null(level.Find("a", Granularity.Minute.Floor(begin.AddMinutes(39))));
        Assert.NotNull(level.Find("a", Granularity.Minute.Floor(begin.AddMinutes(40))));
    }

    [NeedsFact("redis-server")]
    public async Task A_process_that_was_restarted_shows_the_shared_sums_and_a_redis_that_is_gone_leaves_its_own()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using (var before = new Replica(server.ConnectionString, "before"))
        {
            before.Recorder.Record(Samples.Rescued());
            await before.FlushAllAsync();
        }

        await using var host = await StartAsync(server.ConnectionString);
        await WaitAsync(() => host.Services.GetRequiredService<RedisState>().IsConnected, "connected");
        Assert.Equal(1, (int)(await AskAsync(host, "/v1/usage"))["total_requests"]!);
        Assert.Equal(1, (int)(await AskAsync(host, "/api/usage?from=2026-03-14T15:00:00Z"))["rows"]![0]!["requests"]!);

        server.Kill();
        var alone = await AskAsync(host, "/api/usage");
        Assert.Equal("memory", (string?)alone["source"]);
        Assert.Equal(0, (int)alone["rows"]![0]!["requests"]!);
    }

    private Task<UsageHost> StartAsync(string? redis = null) => UsageHost.StartAsync(redis, s => s.AddSingleton<TimeProvider>(_clock));

    private static Uri Address(string path) => new(path, UriKind.Relative);

    private static async Task<JsonNode> AskAsync(UsageHost host, string path) => JsonNode.Parse(await host.Client.GetStringAsync(Address(path)))!;

    private static IEnumerable<string?> Groups(JsonNode answer) => answer["rows"]!.AsArray().Select(r => (string?)r!["group"]);

    private static IEnumerable<string?> Ids(JsonNode answer) => answer["sessions"]!.AsArray().Select(r => (string?)r!["id"]);

    private static string Normal(string json) => JsonNode.Parse(json)!.ToJsonString();

    private static async Task WaitAsync(Func<bool> condition, string what)
    {
        var deadline = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "waited in vain for: " + what);
            await Task.Delay(10);
        }
    }
}
