extern alias tokenizer;

using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Ccr.Tokenizer.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using tokenizer::Ccr.TokenizerService.Telemetry;

namespace Ccr.Tests.Tokens;

/// <summary>The service's counters in Redis.</summary>
public sealed class TokenizerUsageTests
{
    private static readonly CountTextRequest Request = new() { Text = ByteString.CopyFromUtf8("one two three") };

    [NeedsFact("redis-server")]
    public async Task Counts_arrive_in_Redis_and_survive_its_death()
    {
        await using var redis = new RedisProcess();
        await redis.StartAsync();
        await using var service = await TokenizerFixture.StartAsync($"--ConnectionStrings:redis=127.0.0.1:{redis.Port}");
        var writer = service.Services.GetRequiredService<UsageWriter>();
        await CountAsync(service, 10);
        await TokenizerServiceTests.Eventually(() => Task.FromResult(writer is { IsConnected: true, Buffered: 0 }));
        Assert.Equal((10, 10, 130, 30), await ReadAsync(redis));

        await redis.KillAsync();
        await CountAsync(service, 20);
        await TokenizerServiceTests.Eventually(() => Task.FromResult(!writer.IsConnected));
        Assert.Equal(20, writer.Buffered);
        await CountAsync(service, 5);

        await redis.StartAsync();
        await TokenizerServiceTests.Eventually(() => Task.FromResult(writer is { IsConnected: true, Buffered: 0 }));
        Assert.Equal((35, 35, 455, 105), await ReadAsync(redis));
        using var connection = await ConnectAsync(redis);
        Assert.True(await connection.GetDatabase().SetContainsAsync(RedisKeys.Series, RedisKeys.Tokenizer));
    }

    [NeedsFact("redis-server")]
    public async Task A_service_that_stops_writes_its_last_counts()
    {
        await using var redis = new RedisProcess();
        await redis.StartAsync();
        await using (var service = await TokenizerFixture.StartAsync($"--ConnectionStrings:redis=127.0.0.1:{redis.Port}"))
        {
            var writer = service.Services.GetRequiredService<UsageWriter>();
            await TokenizerServiceTests.Eventually(() => Task.FromResult(writer.IsConnected));
            await CountAsync(service, 7);
            await writer.StopAsync(default);
        }

        Assert.Equal((7, 7, 91, 21), await ReadAsync(redis));
    }

    [Fact]
    public async Task Without_Redis_the_service_works_and_keeps_no_writer()
    {
        await using var service = await TokenizerFixture.StartAsync();
        Assert.Null(service.Services.GetService<UsageWriter>());
        await CountAsync(service, 1);
    }

    private static async Task CountAsync(TokenizerFixture service, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(3, (await service.Client.CountTextAsync(Request, deadline: DateTime.UtcNow.AddSeconds(10))).Tokens);
        }
    }

    private static async Task<(int Requests, int Texts, int Bytes, int Tokens)> ReadAsync(RedisProcess redis)
    {
        using var connection = await ConnectAsync(redis);
        var usage = (await connection.GetDatabase().HashGetAllAsync(RedisKeys.Usage(RedisKeys.Tokenizer))).ToDictionary(e => e.Name.ToString(), e => (int)e.Value);
        return (usage["requests"], usage["texts"], usage["bytes"], usage["tokens"]);
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(RedisProcess redis) =>
        await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},abortConnect=false");
}
