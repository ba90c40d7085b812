using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using StackExchange.Redis;

namespace Ccr.Tests.Usage;

/// <summary>Counters by time, key, client, scenario and session, against a real redis-server.</summary>
public sealed class CounterTests
{
    [NeedsFact("redis-server")]
    public async Task Minutes_hours_days_and_the_total_agree()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        replica.Clock.Now = new(2026, 3, 14, 22, 30, 0, TimeSpan.Zero);
        for (var i = 0; i < 200; i++)
        {
            replica.Recorder.Record(Samples.Answer() with { Key = "k" + (i % 3), Tokens = new(11, 0, 5, 3, 0) { CacheWriteHour = 2 } });
            if (i % 7 == 0)
            {
                await replica.FlushAllAsync();
            }

            replica.Clock.Now += TimeSpan.FromMinutes(1);
        }

        await replica.FlushAllAsync();
        foreach (var series in new[] { RedisKeys.Total, RedisKeys.Tier("a,m"), RedisKeys.Key("k0"), RedisKeys.Key("k2"), RedisKeys.Application("opencode"), RedisKeys.Scenario("default") })
        {
            var total = await HashAsync(replica, RedisKeys.Usage(series));
            Assert.NotEqual(0, total["requests"]);
            Assert.Equal(total, await SumAsync(replica, series, "????????????"));
            Assert.Equal(total, await SumAsync(replica, series, "??????????"));
            Assert.Equal(total, await SumAsync(replica, series, "????????"));
        }

        Assert.Equal(400, (await HashAsync(replica, RedisKeys.Usage(RedisKeys.Total)))["cache_write_hour_tokens"]);
        Assert.InRange((await replica.Redis.KeyTimeToLiveAsync(RedisKeys.UsageHour(RedisKeys.Total, replica.Clock.Now)))!.Value.TotalDays, 34, 35);
        Assert.InRange((await replica.Redis.KeyTimeToLiveAsync(RedisKeys.UsageDay(RedisKeys.Total, replica.Clock.Now)))!.Value.TotalDays, 399, 400);
    }

    [NeedsFact("redis-server")]
    public async Task An_outage_longer_than_the_minutes_that_are_kept_loses_no_hour_and_no_day()
    {
        await using var server = new RedisServer();
        await using var replica = new Replica(server.ConnectionString);
        replica.Clock.Now = new(2026, 3, 14, 22, 30, 0, TimeSpan.Zero);
        var begin = replica.Clock.Now;
        for (var i = 0; i < 150; i++)
        {
            replica.Recorder.Record(Samples.Answer());
            await replica.FlushAsync();
            replica.Clock.Now += TimeSpan.FromMinutes(1);
        }

        await server.StartAsync();
        await replica.FlushAllAsync();
        Assert.Equal(150, (await HashAsync(replica, RedisKeys.Usage(RedisKeys.Total)))["requests"]);
        Assert.Equal(30, (await HashAsync(replica, RedisKeys.UsageHour(RedisKeys.Total, begin)))["requests"]);
        Assert.Equal(60, (await HashAsync(replica, RedisKeys.UsageHour(RedisKeys.Total, begin.AddHours(1))))["requests"]);
        Assert.Equal(60, (await HashAsync(replica, RedisKeys.UsageHour(RedisKeys.Total, begin.AddHours(2))))["requests"]);
        Assert.Equal(90, (await HashAsync(replica, RedisKeys.UsageDay(RedisKeys.Total, begin)))["requests"]);
        Assert.Equal(60, (await HashAsync(replica, RedisKeys.UsageDay(RedisKeys.Total, begin.AddDays(1))))["requests"]);
        Assert.Equal(UsageDelta.MostMinutes, (await SumAsync(replica, RedisKeys.Total, "????????????"))["requests"]);
    }

    [NeedsFact("redis-server")]
    public async Task A_batch_in_doubt_counts_once_in_minutes_hours_days_and_sessions()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var relay = new Relay(server.Port);
        await using var replica = new Replica(relay.ConnectionString);
        await using var witness = new Replica(server.ConnectionString, "witness");
        var request = Samples.Answer() with { Session = "s", Key = "k" };
        replica.Recorder.Record(request);
        await replica.FlushAllAsync();
        relay.Swallow();
        replica.Recorder.Record(request);
        await replica.Writer.FlushAsync(TimeSpan.FromMilliseconds(300), CancellationToken.None);
        relay.CutAndHeal();
        await replica.FlushAllAsync();

        foreach (var key in new[]
        {
            RedisKeys.Usage(RedisKeys.Key("k")), RedisKeys.UsageMinute(RedisKeys.Key("k"), Samples.Start), RedisKeys.UsageHour(RedisKeys.Key("k"), Samples.Start),
            RedisKeys.UsageDay(RedisKeys.Key("k"), Samples.Start), RedisKeys.Usage(RedisKeys.Session("s")),
        })
        {
            Assert.Equal((key, 2L), (key, (await HashAsync(witness, key))["requests"]));
        }
    }

    [NeedsFact("redis-server")]
    public async Task A_session_is_told_and_expires_and_is_on_the_list()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        replica.Recorder.Record(Samples.Rescued() with { Session = "s", Agent = "main" });
        replica.Recorder.Record(Samples.Answer() with { Session = "s", Agent = "subagent", StartedAt = Samples.Start.AddSeconds(-5) });
        replica.Recorder.Record(Samples.Unrouted() with { Session = "s", Agent = "subagent", StartedAt = Samples.Start.AddSeconds(60) });
        await replica.FlushAllAsync();

        var hash = (await replica.Redis.HashGetAllAsync(RedisKeys.Usage(RedisKeys.Session("s")))).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        Assert.Equal(("3", "1", "107", "1", "2"), (hash["requests"], hash["failures"], hash["input_tokens"], hash["main"], hash["subagent"]));
        Assert.Equal(("opencode", "a,m"), (hash["app"], hash["target"]));
        Assert.Equal(Samples.Start.AddSeconds(-5).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), hash["first_ms"]);
        var last = Samples.Start.AddSeconds(60).ToUnixTimeMilliseconds() + 101;
        Assert.Equal(last.ToString(System.Globalization.CultureInfo.InvariantCulture), hash["last_ms"]);
        Assert.InRange((await replica.Redis.KeyTimeToLiveAsync(RedisKeys.Usage(RedisKeys.Session("s"))))!.Value.TotalDays, 6.9, 7);
        Assert.Equal(last, await replica.Redis.SortedSetScoreAsync(RedisKeys.Sessions, "s"));
        Assert.DoesNotContain("session:s", (await replica.Redis.SetMembersAsync(RedisKeys.Series)).Select(s => s.ToString()));

        // Forgotten here, it counts on in Redis; and its entry does not go back in time.
        replica.Clock.Now += TimeSpan.FromHours(1);
        await replica.FlushAllAsync();
        Assert.Equal(0, replica.Recorder.Clients.Sessions.Size);
        replica.Recorder.Record(Samples.Answer() with { Session = "s", Agent = "main" });
        await replica.FlushAllAsync();
        Assert.Equal(4, (await HashAsync(replica, RedisKeys.Usage(RedisKeys.Session("s"))))["requests"]);
        Assert.Equal(last, await replica.Redis.SortedSetScoreAsync(RedisKeys.Sessions, "s"));
    }

    [NeedsFact("redis-server")]
    public async Task The_list_of_sessions_keeps_the_newest()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        await replica.Redis.SortedSetAddAsync(RedisKeys.Sessions, "ancient", Samples.Start.AddDays(-8).ToUnixTimeMilliseconds());
        for (var i = 0; i < RedisKeys.MostSessions + 50; i++)
        {
            replica.Recorder.Record(Samples.Answer() with { Session = "s" + i, StartedAt = Samples.Start.AddSeconds(i) });
        }

        replica.Clock.Now = Samples.Start.AddSeconds(RedisKeys.MostSessions);
        await replica.FlushAllAsync();
        Assert.Equal(RedisKeys.MostSessions, await replica.Redis.SortedSetLengthAsync(RedisKeys.Sessions));
        Assert.Equal("s50", (string)(await replica.Redis.SortedSetRangeByRankAsync(RedisKeys.Sessions, 0, 0))[0]!);
        Assert.Equal(1, (await HashAsync(replica, RedisKeys.Usage(RedisKeys.Session("s0"))))["requests"]);
        Assert.InRange(replica.Recorder.Clients.Sessions.Size, 1, RedisKeys.MostSessions);
    }

    [Fact]
    public async Task Sessions_that_are_forgotten_while_they_are_counted_lose_nothing()
    {
        var table = new SessionTable();
        long taken = 0;
        using var done = new CancellationTokenSource();
        var sweeping = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Collect();
                table.Sweep(Samples.Start.AddHours(1), areTaken: true);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                table.Count("s" + (i % 10), Samples.Answer(), default, "a,m");
            }
        })));
        await done.CancelAsync();
        await sweeping;
        Collect();
        Assert.Equal(40_000, taken);

        void Collect()
        {
            foreach (var session in table.All)
            {
                taken += session.Take()?.Values[(int)UsageField.Requests] ?? 0;
            }
        }
    }

    [Fact]
    public void Without_a_redis_the_table_keeps_the_newest_sessions()
    {
        var table = new SessionTable();
        for (var i = 0; i < RedisKeys.MostSessions + 20; i++)
        {
            table.Count("s" + i, Samples.Answer() with { StartedAt = Samples.Start.AddSeconds(i) }, default, null);
        }

        table.Sweep(Samples.Start.AddHours(3), areTaken: false);
        Assert.Equal(RedisKeys.MostSessions, table.Size);
        Assert.Null(table.Find("s19"));
        Assert.NotNull(table.Find("s20"));
        table.Sweep(Samples.Start.AddDays(8), areTaken: false);
        Assert.Equal(0, table.Size);
    }

    [Fact]
    public void Recording_a_request_whose_series_are_known_allocates_nothing()
    {
        var recorder = new UsageRecorder();
        var request = Samples.Rescued() with { Session = "s", Key = "k", Agent = "main" };
        for (var i = 0; i < 100; i++)
        {
            recorder.Record(request);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            recorder.Record(request);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static async Task<SortedDictionary<string, long>> HashAsync(Replica replica, string key) => Sum(await replica.Redis.HashGetAllAsync(key));

    private static async Task<SortedDictionary<string, long>> SumAsync(Replica replica, string series, string pattern)
    {
        var server = replica.Redis.Multiplexer.GetServer(replica.Redis.Multiplexer.GetEndPoints()[0]);
        List<HashEntry> all = [];
        foreach (var key in server.Keys(pattern: $"ccr:usage:{{{series}}}:{pattern}").ToList())
        {
            all.AddRange(await replica.Redis.HashGetAllAsync(key));
        }

        return Sum(all);
    }

    private static SortedDictionary<string, long> Sum(IEnumerable<HashEntry> entries)
    {
        SortedDictionary<string, long> sums = [];
        foreach (var entry in entries)
        {
            if (entry.Value.TryParse(out long value))
            {
                sums[entry.Name.ToString()] = sums.GetValueOrDefault(entry.Name.ToString()) + value;
            }
        }

        return sums;
    }
}
