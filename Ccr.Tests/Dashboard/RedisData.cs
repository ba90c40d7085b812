using System.Globalization;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.Tests.Dashboard;

/// <summary>Writes to Redis what the services write.</summary>
internal sealed class RedisData(IConnectionMultiplexer redis)
{
    public async Task CountAsync(string series, DateTimeOffset at, long requests = 0, long failures = 0, long input = 0, long output = 0)
    {
        var db = redis.GetDatabase();
        foreach (var key in new[] { RedisKeys.Usage(series), RedisKeys.UsageMinute(series, at) })
        {
            foreach (var (field, value) in new[] { ("requests", requests), ("failures", failures), ("input_tokens", input), ("output_tokens", output), ("duration_ms", requests * 100) })
            {
                if (value != 0)
                {
                    await db.HashIncrementAsync(key, field, value);
                }
            }
        }

        await db.SetAddAsync(RedisKeys.Series, series);
    }

    public Task AddRequestAsync(string id, string fields = "") =>
        redis.GetDatabase().ExecuteAsync("XADD", RedisKeys.RecentRequests, "*", "r", $$"""{"id":"{{id}}","startedAt":"2026-03-04T11:59:00Z"{{fields}}}""");

    public async Task SetLiveAsync(string instance, DateTimeOffset at, string json)
    {
        await redis.GetDatabase().HashSetAsync(RedisKeys.Instances, instance, at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        await redis.GetDatabase().StringSetAsync(RedisKeys.Live(instance), json);
    }

    /// <summary>Does it as soon as the connection is back.</summary>
    public Task RetryAsync(Func<RedisData, Task> write) => Until.ResultAsync<object>(async () =>
    {
        try
        {
            await write(this);
            return this;
        }
        catch (RedisException)
        {
            return null;
        }
    });
}
