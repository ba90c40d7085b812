using System.Diagnostics;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Health;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Ccr.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Ccr.Tests.Resilience;

/// <summary>Two replicas over one real Redis.</summary>
public sealed class HealthSharingTests
{
    [NeedsFact("redis-server")]
    public async Task What_one_replica_sees_the_other_goes_by_and_the_key_itself_is_never_told()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var one = await SharedBench.StartAsync(redis);
        await using var two = await SharedBench.StartAsync(redis);

        for (var i = 0; i < 3; i++)
        {
            one.Bench.Fail();
        }

        one.Bench.Fail(ErrorKind.RateLimited, TimeSpan.FromSeconds(300), one.Bench.Q);
        one.Bench.Fail(ErrorKind.NotFound, target: one.Bench.Other);
        await two.UntilAsync(b => b.Refusal() == "open" && b.Refusal(b.Q) == "cooling" && b.Refusal(b.Other) == "cooling");
        Assert.Equal(ErrorKind.RateLimited, two.Bench.Admit(two.Bench.Q).Refusal!.Kind);

        // Closed by a forced success here, it is closed there.
        var forced = one.Bench.Enter(mode: AdmitMode.Force);
        one.Bench.Targets.FirstContent(forced, TimeSpan.FromSeconds(1));
        one.Bench.Targets.Succeeded(forced, TimeSpan.FromSeconds(1));
        await two.UntilAsync(b => b.Refusal() is null);

        var kept = await one.Redis.GetDatabase().HashGetAllAsync(RedisKeys.Health);
        Assert.Equal(3, kept.Length);
        Assert.DoesNotContain("q-key", string.Join(' ', kept.Select(e => $"{e.Name} {e.Value}")), StringComparison.Ordinal);
        Assert.NotNull(await one.Redis.GetDatabase().KeyTimeToLiveAsync(RedisKeys.Health));
    }

    [NeedsFact("redis-server")]
    public async Task While_redis_is_paused_nothing_waits_and_afterwards_all_is_told()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var one = await SharedBench.StartAsync(redis);
        await using var two = await SharedBench.StartAsync(redis);
        redis.Signal("STOP");
        try
        {
            // The bench requires that every admission completes at once; here with changes to tell at every step.
            for (var i = 0; i < 200; i++)
            {
                one.Bench.Fail(mode: AdmitMode.Force);
                one.Bench.Succeed(one.Bench.Q);
            }

            Assert.Equal("open", one.Bench.Refusal());
            Assert.Null(two.Bench.Refusal());
        }
        finally
        {
            redis.Signal("CONT");
        }

        await two.UntilAsync(b => b.Refusal() == "open");
    }

    [NeedsFact("redis-server")]
    public async Task Words_of_others_that_make_no_sense_are_passed_over_and_swept()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var one = await SharedBench.StartAsync(redis);
        var now = one.Bench.Targets.Now;
        var far = now + 1_000_000_000;
        HashEntry[] nonsense =
        [
            new("target:p,m", "open soon now"), new("target:p,n", $"open {far} {far}"), new("target:", ""), new("rate:x", $"RateLimited {far} {now}"), new("key:none:p", $"Flu {far} {now}"), new("nothing", $"a {far} {now}"),
            new("target:q,m", $"open {far} {now}"),
        ];
        await one.Redis.GetDatabase().HashSetAsync(RedisKeys.Health, nonsense);
        await one.UntilAsync(b => b.Refusal(b.Q) == "open");
        Assert.Null(one.Bench.Refusal());
        Assert.Null(one.Bench.Refusal(one.Bench.Other));

        // However long another says: an hour at most.
        Assert.InRange(one.Bench.Admit(one.Bench.Q).Refusal!.RetryAfter!.Value.TotalMinutes, 59, 61);
        var deadline = Stopwatch.StartNew();
        while (await one.Redis.GetDatabase().HashLengthAsync(RedisKeys.Health) != 5)
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "not swept");
            await Task.Delay(20);
        }
    }

    /// <summary>A bench whose health is exchanged.</summary>
    private sealed class SharedBench : IAsyncDisposable
    {
        private readonly ServiceProvider _services;
        private readonly HealthSharing _sharing;

        private SharedBench(RedisServer redis)
        {
            var options = ConfigurationOptions.Parse(redis.ConnectionString);
            options.AbortOnConnectFail = false;
            _services = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options)).BuildServiceProvider();
            _sharing = new(Bench.Targets, _services, TimeProvider.System, NullLogger<HealthSharing>.Instance);
        }

        public HealthBench Bench { get; } = new(", api_key: 'p-key'", clock: TimeProvider.System);

        public IConnectionMultiplexer Redis => _services.GetRequiredService<IConnectionMultiplexer>();

        public static async Task<SharedBench> StartAsync(RedisServer redis)
        {
            var bench = new SharedBench(redis);
            Assert.True(bench.Redis.IsConnected);
            await bench._sharing.StartAsync(CancellationToken.None);
            return bench;
        }

        public async Task UntilAsync(Func<HealthBench, bool> isSo)
        {
            var deadline = Stopwatch.StartNew();
            while (!isSo(Bench))
            {
                Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "the news did not come");
                await Task.Delay(10);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _sharing.StopAsync(CancellationToken.None);
            _sharing.Dispose();

            // Without waiting for replies, which takes the library a second.
            Redis.Close(allowCommandsToComplete: false);
            await _services.DisposeAsync();
        }
    }
}
