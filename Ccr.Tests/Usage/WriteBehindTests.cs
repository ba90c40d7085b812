using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Ccr.Tests.Usage;

/// <summary>The write-behind against a real redis-server that is killed, stalled and muted.</summary>
public sealed class WriteBehindTests
{
    [NeedsFact("redis-server")]
    public async Task A_flush_writes_the_documented_layout()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        replica.Recorder.Record(Samples.Rescued());
        await replica.FlushAllAsync();

        var redis = replica.Redis;
        Assert.Equal(
            ["app:claude-code", "model:m", "model:m2", "provider:a", "provider:b", "scenario:think", "tier:a,m", "tier:b,m2", "total"],
            (await redis.SetMembersAsync("ccr:{series}")).Select(s => s.ToString()).Order());
        string[] expected =
        [
            "cache_read_tokens=60", "cache_write_hour_tokens=10", "cache_write_tokens=30", "duration_ms=1988", "input_tokens=100", "output_tokens=40", "reasoning_tokens=8", "requests=1", "unpriced_requests=1",
        ];
        Assert.Equal(expected, await HashAsync(redis, "ccr:usage:{tier:b,m2}"));
        Assert.Equal(expected, await HashAsync(redis, "ccr:usage:{tier:b,m2}:202603141509"));
        Assert.Equal(["failures=1"], await HashAsync(redis, "ccr:usage:{provider:a}"));
        Assert.InRange((await redis.KeyTimeToLiveAsync("ccr:usage:{total}:202603141509"))!.Value.TotalHours, 24, 25);
        Assert.Null(await redis.KeyTimeToLiveAsync("ccr:usage:{total}"));

        var entries = (RedisResult[])(await redis.ExecuteAsync("XRANGE", (RedisKey)"ccr:{recent}", "-", "+"))!;
        var fields = (RedisResult[])((RedisResult[])Assert.Single(entries)!)[1]!;
        Assert.Equal("r", (string)fields[0]!);
        Assert.Equal("req_1", (string?)JsonNode.Parse((string)fields[1]!)!["id"]);

        Assert.Equal("one", (string?)JsonNode.Parse((string)(await redis.StringGetAsync("ccr:live:{one}"))!)!["instance"]);
        Assert.InRange((await redis.KeyTimeToLiveAsync("ccr:live:{one}"))!.Value.TotalSeconds, 1, 10);
        Assert.Equal(Samples.Start.ToUnixTimeMilliseconds(), (long)await redis.HashGetAsync("ccr:{instances}", "one"));
    }

    [NeedsFact("redis-server")]
    public async Task Two_replicas_add_up()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var one = new Replica(server.ConnectionString, "one");
        await using var two = new Replica(server.ConnectionString, "two");
        for (var i = 0; i < 50; i++)
        {
            one.Recorder.Record(Samples.Answer());
            two.Recorder.Record(Samples.Answer());
            two.Recorder.Record(Samples.Answer());
            await Task.WhenAll(one.FlushAsync(), two.FlushAsync());
        }

        await one.FlushAllAsync();
        await two.FlushAllAsync();
        Assert.Equal(150, (long)await one.Redis.HashGetAsync(RedisKeys.Usage(RedisKeys.Total), "requests"));
        Assert.Equal(150 * 7, (long)await one.Redis.HashGetAsync(RedisKeys.Usage(RedisKeys.Tier("a,m")), "input_tokens"));
        Assert.Equal(150, (long)await one.Redis.ExecuteAsync("XLEN", (RedisKey)RedisKeys.RecentRequests));
        Assert.Equal(2, (await one.Redis.HashKeysAsync(RedisKeys.Instances)).Length);
    }

    [NeedsFact("redis-server")]
    public async Task Killing_redis_again_and_again_loses_nothing_and_doubles_nothing()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        using var done = new CancellationTokenSource();
        var counting = Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                replica.Recorder.Record(Samples.Answer("p" + (i % 5), "m" + (i % 7)));
                if (i % 50 == 0)
                {
                    await Task.Yield();
                    await Task.Delay(1);
                }
            }
        });
        var flushing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await replica.FlushAsync();
                await Task.Yield();
            }
        });

        for (var kill = 0; kill < 3; kill++)
        {
            await WaitAsync(() => replica.State.IsConnected, "connected");
            var total = replica.Recorder.Total[UsageField.Requests];
            await WaitAsync(() => replica.Recorder.Total[UsageField.Requests] > total + 1000, "more requests");
            server.Kill();
            await WaitAsync(() => !replica.State.IsConnected && replica.State.Buffered > 500, "requests waiting for Redis");
            await server.StartAsync();
        }

        await WaitAsync(() => replica.State.IsConnected, "connected");
        await done.CancelAsync();
        await Task.WhenAll(counting, flushing);
        await replica.FlushAllAsync();

        foreach (var counters in replica.Recorder.Series)
        {
            foreach (var field in Enum.GetValues<UsageField>())
            {
                var name = UsageCounters.Names[(int)field];
                Assert.Equal((counters.Series, name, counters[field]), (counters.Series, name, (long)await replica.Redis.HashGetAsync(RedisKeys.Usage(counters.Series), name)));
                Assert.Equal((counters.Series, name, counters[field]), (counters.Series, name, (long)await replica.Redis.HashGetAsync(RedisKeys.UsageMinute(counters.Series, Samples.Start), name)));
            }
        }
    }

    [NeedsFact("redis-server")]
    public async Task A_batch_that_was_applied_but_never_confirmed_counts_once()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var relay = new Relay(server.Port);
        await using var replica = new Replica(relay.ConnectionString);
        await using var witness = new Replica(server.ConnectionString, "witness");
        replica.Recorder.Record(Samples.Answer());
        await replica.FlushAllAsync();

        relay.Swallow();
        replica.Recorder.Record(Samples.Answer());
        var muted = replica.FlushAsync();
        await WaitAsync(() => Requests(witness) == 2, "the batch in Redis");
        await muted;
        Assert.False(replica.State.IsConnected);
        Assert.Equal(1, replica.State.Buffered);

        relay.CutAndHeal();
        replica.Recorder.Record(Samples.Answer());
        await replica.FlushAllAsync();
        Assert.Equal(3, Requests(witness));
        Assert.Equal(3, (long)await witness.Redis.ExecuteAsync("XLEN", (RedisKey)RedisKeys.RecentRequests));
    }

    [NeedsFact("redis-server")]
    public async Task A_redis_that_hangs_holds_up_nobody_and_counts_once()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        replica.Recorder.Record(Samples.Answer());
        await replica.FlushAllAsync();

        server.Signal("STOP");
        replica.Recorder.Record(Samples.Answer());
        await replica.Writer.FlushAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        replica.Recorder.Record(Samples.Answer());
        await replica.Writer.FlushAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        Assert.False(replica.State.IsConnected);
        Assert.Equal(2, replica.State.Buffered);

        server.Signal("CONT");
        await replica.FlushAllAsync();
        Assert.Equal(3, Requests(replica));
    }

    [NeedsFact("redis-server")]
    public async Task A_redis_that_is_not_there_yet_is_used_once_it_comes()
    {
        await using var server = new RedisServer();
        await using var replica = new Replica(server.ConnectionString);
        replica.Recorder.Record(Samples.Answer());
        await replica.FlushAsync();
        Assert.Equal("unreachable", replica.State.Word);
        Assert.Equal(1, replica.State.Buffered);

        await server.StartAsync();
        await replica.FlushAllAsync();
        Assert.Equal(1, Requests(replica));
        Assert.Equal("connected", replica.State.Word);
        Assert.Equal(0, replica.State.Buffered);
        Assert.Equal(["Warning", "Information"], replica.Log.Messages.Select(m => m.Split(':')[0]));
    }

    [NeedsFact("redis-server")]
    public async Task A_key_of_another_program_spoils_its_own_series_only_and_is_named()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        await replica.Redis.StringSetAsync(RedisKeys.Usage(RedisKeys.Provider("a")), "not a hash");
        replica.Recorder.Record(Samples.Answer());
        await replica.FlushAllAsync();

        Assert.Equal(1, Requests(replica));
        Assert.Contains(replica.Log.Messages, m => m.StartsWith("Warning: Redis refused a count of provider:a: WRONGTYPE", StringComparison.Ordinal));
        Assert.Equal(1, (long)await replica.Redis.HashGetAsync(RedisKeys.UsageMinute(RedisKeys.Provider("a"), Samples.Start), "requests"));
    }

    [NeedsFact("redis-server")]
    public async Task The_first_flush_takes_instances_off_the_list_that_died_long_ago()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var replica = new Replica(server.ConnectionString);
        await replica.Redis.HashSetAsync(RedisKeys.Instances,
        [
            new("old", Samples.Start.AddHours(-2).ToUnixTimeMilliseconds()), new("young", Samples.Start.AddMinutes(-1).ToUnixTimeMilliseconds()),
        ]);
        await replica.FlushAllAsync();
        Assert.Equal(["one", "young"], (await replica.Redis.HashKeysAsync(RedisKeys.Instances)).Select(i => i.ToString()).Order());
    }

    [NeedsFact("redis-server")]
    public async Task A_host_shares_its_usage_and_says_so_and_writes_the_rest_when_it_stops()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var before = new Replica(server.ConnectionString, "before");
        before.Clock.Now = DateTimeOffset.UtcNow;
        before.Recorder.Record(Samples.Rescued());
        before.Recorder.StreamStarted();
        await before.FlushAllAsync();

        await using var host = await UsageHost.StartAsync(server.ConnectionString);
        host.Recorder.StreamStarted();
        await WaitAsync(() => host.Services.GetRequiredService<RedisState>().IsConnected, "connected");
        var usage = JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/v1/usage", UriKind.Relative)))!;
        Assert.Equal("redis", (string?)usage["source"]);
        Assert.Equal(1, (long)usage["total_requests"]!);
        Assert.Equal(2, (long)usage["active_streams"]!);
        Assert.Equal(["a,m", "b,m2"], usage["tiers"]!.AsArray().Select(t => (string?)t!["tier"]));
        Assert.Equal(1.988, (double)usage["tiers"]![1]!["avg_duration_seconds"]!);
        Assert.Equal("connected", (string?)JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/api/status", UriKind.Relative)))!["redis"]!["state"]);

        host.Recorder.Record(Samples.Answer());
        await host.StopAsync();
        Assert.Equal(2, Requests(before));
        Assert.Equal(["before"], (await before.Redis.HashKeysAsync(RedisKeys.Instances)).Select(i => i.ToString()));
    }

    [NeedsFact("redis-server")]
    public async Task A_host_without_its_redis_is_degraded_and_answers_from_memory()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var host = await UsageHost.StartAsync(server.ConnectionString);
        await WaitAsync(() => host.Services.GetRequiredService<RedisState>().IsConnected, "connected");
        Assert.Equal("Healthy", await host.Client.GetStringAsync(new Uri("/health", UriKind.Relative)));

        server.Kill();
        host.Recorder.Record(Samples.Answer());
        var usage = JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/v1/usage", UriKind.Relative)))!;
        Assert.Equal("memory", (string?)usage["source"]);
        Assert.Equal(1, (long)usage["total_requests"]!);
        Assert.Equal("Degraded", await host.Client.GetStringAsync(new Uri("/health", UriKind.Relative)));
        Assert.Equal("Healthy", await host.Client.GetStringAsync(new Uri("/alive", UriKind.Relative)));
        await WaitAsync(() => !host.Services.GetRequiredService<RedisState>().IsConnected, "noticed");
        Assert.Contains("ccr_redis_up 0\n", await host.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
    }

    private static long Requests(Replica replica) => (long)replica.Redis.HashGet(RedisKeys.Usage(RedisKeys.Total), "requests");

    private static async Task<IEnumerable<string>> HashAsync(IDatabase redis, string key) =>
        (await redis.HashGetAllAsync(key)).Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Name}={e.Value}")).Order();

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
