using Ccr.Dashboard.Web.Sources;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Ccr.Tests.Usage;
using StackExchange.Redis;

namespace Ccr.Tests.Dashboard;

public sealed class RedisSourceTests
{
    [NeedsFact("redis-server")]
    public async Task What_the_services_write_is_read_and_followed()
    {
        await using var server = await RedisServer.StartNewAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var clock = new StepClock();
        var source = new RedisSource(() => redis, clock);
        var empty = await source.ReadAsync(CancellationToken.None);
        Assert.Null(empty.Total);
        Assert.Null(empty.Tokenizer);
        Assert.Empty(empty.Requests);
        Assert.Empty(empty.Series);
        Assert.Equal(RedisSource.Minutes, empty.Minutes.Count);
        Assert.All(empty.Minutes, m => Assert.Null(m.Counters));

        var data = new RedisData(redis);
        await data.CountAsync(RedisKeys.Total, clock.GetUtcNow(), requests: 3, input: 300, output: 30);
        await data.CountAsync(RedisKeys.Provider("a"), clock.GetUtcNow(), requests: 3, input: 300, output: 30);
        await data.AddRequestAsync("r1");
        await data.AddRequestAsync("r2");
        await data.SetLiveAsync("one", clock.GetUtcNow(), """{"activeRequests":4,"activeStreams":2}""");
        await data.SetLiveAsync("dead", clock.GetUtcNow().AddMinutes(-1), """{"activeRequests":9,"activeStreams":9}""");
        await redis.GetDatabase().HashSetAsync(RedisKeys.Usage(RedisKeys.Tokenizer), [new("requests", 7), new("tokens", 70)]);
        clock.Advance(5);
        var sample = await source.ReadAsync(CancellationToken.None);
        Assert.Equal((3, 300, 30), (sample.Total!.Requests, sample.Total.InputTokens, sample.Total.OutputTokens));
        Assert.Equal(new TokenizerCounters(7, 70, 0), sample.Tokenizer);
        Assert.Equal(["r2", "r1"], sample.Requests.Select(r => r.Id));
        Assert.Equal("provider:a", Assert.Single(sample.Series).Key);
        Assert.Equal(new LiveInstance { Instance = "one", ActiveRequests = 4, ActiveStreams = 2 }, Assert.Single(sample.Instances));
        Assert.Equal(3, sample.Minutes[^1].Counters!.Requests);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), sample.Minutes[^1].Minute);

        await data.AddRequestAsync("r3");
        Assert.Equal(["r3", "r2", "r1"], (await source.ReadAsync(CancellationToken.None)).Requests.Select(r => r.Id));
        await redis.GetDatabase().KeyDeleteAsync(RedisKeys.RecentRequests);
        Assert.Empty((await source.ReadAsync(CancellationToken.None)).Requests);
    }

    [NeedsFact("redis-server")]
    public async Task A_server_that_goes_is_a_sentence_and_is_read_again_when_it_is_back()
    {
        await using var server = await RedisServer.StartNewAsync();
        var options = ConfigurationOptions.Parse(server.ConnectionString);
        options.AbortOnConnectFail = false;
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var source = new RedisSource(() => redis, TimeProvider.System);
        await source.ReadAsync(CancellationToken.None);
        server.Kill();
        var error = await Until.ResultAsync(async () => await Record.ExceptionAsync(() => source.ReadAsync(CancellationToken.None)));
        Assert.IsType<SourceException>(error);
        await server.StartAsync();
        await new RedisData(redis).RetryAsync(data => data.CountAsync(RedisKeys.Total, DateTimeOffset.UtcNow, requests: 1));
        Assert.Equal(1, (await source.ReadAsync(CancellationToken.None)).Total!.Requests);
    }
}
