using System.Text;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Configuration;
using Ccr.Tests.Parts;
using Ccr.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Ccr.Tests.Keys;

/// <summary>Where keys and their books are kept, and what of them survives.</summary>
public sealed class KeyStoreTests
{
    [Fact]
    public async Task A_restart_forgets_neither_keys_nor_what_they_spent_and_no_file_holds_a_key()
    {
        using var home = new TemporaryFolder();
        string id, key;
        await using (var bed = await KeyBed.StartAsync(home: home.Root))
        {
            (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetMonth\":0.0025");
            Assert.Equal((200, 200, 402), ((await bed.AskAsync(key)).Status, (await bed.AskAsync(key)).Status, (await bed.AskAsync(key)).Status));
            await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0);
        }

        var file = home.File(".claude-code-router/keys.json");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Contains(KeyDigest.Of(key).ToString(), await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(home.Root, "*", SearchOption.AllDirectories), f => Assert.DoesNotContain(key, File.ReadAllText(f), StringComparison.Ordinal));

        await using var again = await KeyBed.StartAsync(home: home.Root);
        var report = await again.AdminAsync(HttpMethod.Get, $"/api/keys/{id}");
        Assert.Equal((0.002m, 0.0005m), (KeyBed.Money(report, "spentMonth"), KeyBed.Money(report, "remainingMonth")));
        Assert.Equal(402, (await again.AskAsync(key)).Status);
    }

    [Fact]
    public async Task Two_routers_of_one_home_know_the_same_keys_and_add_up_what_is_spent()
    {
        using var home = new TemporaryFolder();
        await using var bed = await KeyBed.StartAsync(proxies: 2, home: home.Root);
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":1");

        // A key that the second one does not know makes it look.
        Assert.Equal(200, (await UntilKnownAsync(bed, key)).Status);
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
        foreach (var proxy in bed.Proxies)
        {
            await proxy.Services.GetRequiredService<LocalBooks>().WriteAsync(CancellationToken.None);
        }

        Assert.Equal(0.002m, KeyBed.Money(await bed.AdminAsync(HttpMethod.Get, $"/api/keys/{id}", proxy: bed.Proxies[1]), "spentDay"));
    }

    [Fact]
    public async Task A_file_that_nobody_can_read_leaves_the_known_keys_in_force_and_is_not_overwritten()
    {
        using var home = new TemporaryFolder();
        await using var bed = await KeyBed.StartAsync(home: home.Root);
        var (_, key) = await bed.CreateAsync("\"name\":\"k\"");
        home.Write(".claude-code-router/keys.json", "{ \"keys\": [");
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
        var error = await bed.AdminAsync(HttpMethod.Post, "/api/keys", "{\"name\":\"other\"}", 503);
        Assert.Contains("keys.json", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("{ \"keys\": [", await File.ReadAllTextAsync(home.File(".claude-code-router/keys.json")));
    }

    [NeedsFact("redis-server")]
    public async Task Replicas_learn_of_a_key_at_once_and_of_its_end_soon_and_redis_holds_no_key()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await KeyBed.StartAsync(redis.ConnectionString, proxies: 2);
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":1");
        Assert.Equal(200, (await UntilKnownAsync(bed, key)).Status);
        await bed.AdminAsync(HttpMethod.Delete, $"/api/keys/{id}");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await bed.AskAsync(key, proxy: bed.Proxies[1])).Status != 401)
        {
            await Task.Delay(10, deadline.Token);
        }

        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = connection.GetDatabase();
        foreach (var name in connection.GetServer(connection.GetEndPoints()[0]).Keys())
        {
            var dump = (byte[]?)await database.KeyDumpAsync(name);
            Assert.DoesNotContain(key, name.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(key[10..], Encoding.Latin1.GetString(dump ?? []), StringComparison.Ordinal);
        }
    }

    [NeedsFact("redis-server")]
    public async Task What_a_killed_replica_had_reserved_comes_back_when_its_lease_is_over()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        using var services = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(connection).BuildServiceProvider();
        var clock = new SetClock();
        var key = new VirtualKey { Id = "key_1", Name = "n", Digest = "", Last4 = "", Created = clock.Now, BudgetDay = 1m };
        using var killed = Books("killed", services, clock);
        using var alive = Books("alive", services, clock);
        var claim = new LedgerClaim(Nano.Of(0.6m), 0);

        Assert.NotNull((await killed.ReserveAsync(key, claim, new(), default)).Hold);
        Assert.Equal(KeyLimit.Reserved, (await alive.ReserveAsync(key, claim, new(), default)).Limit);
        clock.Now += Ledger.LeaseTime - TimeSpan.FromSeconds(1);
        Assert.Equal(KeyLimit.Reserved, (await alive.ReserveAsync(key, claim, new(), default)).Limit);
        clock.Now += TimeSpan.FromSeconds(2);
        Assert.NotNull((await alive.ReserveAsync(key, claim, new(), default)).Hold);
    }

    [NeedsFact("redis-server")]
    public async Task While_redis_is_away_each_replica_goes_on_with_what_it_knows_or_refuses()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await KeyBed.StartAsync(redis.ConnectionString);
        await using var strict = await KeyBed.StartAsync(redis.ConnectionString, more: "\"Keys\": { \"whenRedisIsAway\": \"refuse\" },");
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":0.005");
        var (_, unlimited) = await bed.CreateAsync("\"name\":\"u\"");
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
        Assert.Equal(200, (await bed.AskAsync(key, proxy: strict.Proxy)).Status);
        Assert.Equal(200, (await bed.AskAsync(unlimited, proxy: strict.Proxy)).Status);
        await bed.UntilAsync(id, r => KeyBed.Money(r, "spentDay") == 0.002m);

        redis.Kill();
        var (status, body, _) = await bed.AskAsync(key, proxy: strict.Proxy);
        Assert.True(status == 503 && body.Contains("Redis", StringComparison.Ordinal), body);
        Assert.Equal(200, (await bed.AskAsync(unlimited, proxy: strict.Proxy)).Status);

        // One cent's tenth is spent as far as this replica has seen, perhaps two; then comes the end.
        var served = 0;
        while ((await bed.AskAsync(key)).Status == 200)
        {
            served++;
        }

        Assert.InRange(served, 3, 4);

        await redis.StartAsync();
        await bed.UntilAsync(id, r => r.TryGetProperty("spentDay", out var spent) && spent.GetDecimal() == 0.002m + (0.001m * served));

        // The strict one finds out for itself that Redis is back, and then that all is spent.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        do
        {
            (status, body, _) = await bed.AskAsync(key, proxy: strict.Proxy);
        }
        while (status == 503 && !deadline.IsCancellationRequested);
        Assert.True(status == 402, body);
    }

    private static async Task<(int Status, string Body, System.Net.Http.Headers.HttpResponseHeaders Headers)> UntilKnownAsync(KeyBed bed, string key)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var answer = await bed.AskAsync(key, proxy: bed.Proxies[1]);
            if (answer.Status == 200 || deadline.IsCancellationRequested)
            {
                return answer;
            }
        }
    }

    private static SharedBooks Books(string name, IServiceProvider services, TimeProvider time) =>
        new(new KeyRedis(services, TimeProvider.System), new InstanceIdentity(name, Samples.Start), new Jitter(), time);
}
