using Ccr.Standins.EmbeddedRedis;
using StackExchange.Redis;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The client that CCR uses connects to the embedded server and does with it what CCR does with Redis.</summary>
public sealed class StackExchangeRedisTests : IAsyncLifetime
{
    private EmbeddedRedisServer _server = null!;
    private ConnectionMultiplexer _redis = null!;

    public async Task InitializeAsync()
    {
        _server = await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions { Password = "secret" }, CancellationToken.None);
        var options = new ConfigurationOptions { Password = "secret", ClientName = "smoke", AllowAdmin = true, AbortOnConnectFail = true, ConnectTimeout = 20_000, SyncTimeout = 20_000 };
        options.EndPoints.Add(_server.Endpoint);
        _redis = await ConnectionMultiplexer.ConnectAsync(options);
    }

    public async Task DisposeAsync()
    {
        await _redis.CloseAsync();
        _redis.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task It_connects_and_knows_the_server()
    {
        var server = _redis.GetServer(_server.Endpoint);
        Assert.True(_redis.IsConnected);
        Assert.True(server.IsConnected);
        Assert.False(server.IsSlave);
        Assert.Equal(ServerType.Standalone, server.ServerType);
        Assert.Equal(new Version(7, 0, 15), server.Version);
        Assert.Contains(await server.ClientListAsync(), c => c.Name == "smoke");
        Assert.Contains(await server.ConfigGetAsync("databases"), p => p.Value == "16");
        Assert.Contains((await server.InfoAsync("replication")).Single(), p => p is { Key: "role", Value: "master" });
        Assert.True((await server.PingAsync()) >= TimeSpan.Zero);
    }

    [Fact]
    public async Task Batches_of_counters_are_written_and_read_back()
    {
        var database = _redis.GetDatabase();
        var batch = database.CreateBatch();
        var writes = Enumerable.Range(0, 100).SelectMany(i => new Task[]
        {
            batch.HashIncrementAsync("ccr:usage:{total}", "requests"),
            batch.HashIncrementAsync("ccr:usage:{total}", "input_tokens", i),
            batch.SetAddAsync("ccr:{series}", $"series{i % 10}"),
            batch.KeyExpireAsync("ccr:usage:{total}", TimeSpan.FromHours(25)),
            batch.ExecuteAsync("XADD", "ccr:{recent}", "MAXLEN", "~", "50", "*", "r", "{}"),
        }).ToList();
        batch.Execute();
        await Task.WhenAll(writes);
        var counters = (await database.HashGetAllAsync("ccr:usage:{total}")).ToDictionary(e => (string)e.Name!, e => (long)e.Value);
        Assert.Equal(100, counters["requests"]);
        Assert.Equal(4950, counters["input_tokens"]);
        Assert.Equal(10, await database.SetLengthAsync("ccr:{series}"));
        Assert.InRange((await database.KeyTimeToLiveAsync("ccr:usage:{total}"))!.Value.TotalHours, 24, 25);
        var recent = (RedisResult[]?)await database.ExecuteAsync("XREVRANGE", "ccr:{recent}", "+", "-", "COUNT", "10");
        Assert.Equal(10, recent!.Length);
    }

    [Fact]
    public async Task Strings_lists_sorted_sets_and_scans_work()
    {
        var database = _redis.GetDatabase(3);
        Assert.True(await database.StringSetAsync("s", "v", TimeSpan.FromMinutes(1), When.NotExists));
        Assert.False(await database.StringSetAsync("s", "w", null, When.NotExists));
        Assert.Equal("v", (string?)await database.StringGetAsync("s"));
        Assert.Equal(2.5, await database.StringIncrementAsync("f", 2.5));
        Assert.Equal(2, await database.ListRightPushAsync("l", ["a", "b"]));
        Assert.Equal("a", (string?)await database.ListLeftPopAsync("l"));
        Assert.Equal(2, await database.SortedSetAddAsync("z", [new SortedSetEntry("x", 1.5), new SortedSetEntry("y", 0.5)]));
        Assert.Equal("y", (string?)(await database.SortedSetRangeByRankWithScoresAsync("z"))[0].Element);
        Assert.True(await database.LockTakeAsync("lock", "me", TimeSpan.FromMinutes(1)));
        Assert.True(await database.LockReleaseAsync("lock", "me"));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => database.StringSetAsync($"key{i}", i)));
        Assert.Equal(200, _redis.GetServer(_server.Endpoint).Keys(3, "key*", pageSize: 10).Distinct().Count());
    }

    [Fact]
    public async Task Transactions_with_conditions_hold()
    {
        var database = _redis.GetDatabase();
        await database.StringSetAsync("guard", 1);
        var kept = database.CreateTransaction();
        kept.AddCondition(Condition.StringEqual("guard", 1));
        var increment = kept.StringIncrementAsync("guard");
        Assert.True(await kept.ExecuteAsync());
        Assert.Equal(2, await increment);
        var refused = database.CreateTransaction();
        refused.AddCondition(Condition.StringEqual("guard", 1));
        _ = refused.StringIncrementAsync("guard");
        Assert.False(await refused.ExecuteAsync());
        Assert.Equal(2, (long)await database.StringGetAsync("guard"));
    }

    [Fact]
    public async Task Messages_are_published_and_received()
    {
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _redis.GetSubscriber().SubscribeAsync("news.*", (channel, message) => received.TrySetResult($"{channel}={message}"));

        // The client subscribes over a connection of its own, which may still be on its way.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await _redis.GetSubscriber().PublishAsync("news.today", "hello") == 0)
        {
            await Task.Delay(5, deadline.Token);
        }

        Assert.Equal("news.today=hello", await received.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        var options = new ConfigurationOptions { Password = "wrong", AbortOnConnectFail = true, ConnectTimeout = 5000, ConnectRetry = 1 };
        options.EndPoints.Add(_server.Endpoint);
        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(options));
    }
}
