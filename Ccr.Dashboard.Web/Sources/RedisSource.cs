using System.Globalization;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>
/// Reads what the services share in Redis. Every command of a look is sent before the first answer is awaited. Throws
/// <see cref="SourceException"/> with a sentence when Redis cannot be read.
/// </summary>
internal sealed class RedisSource(Func<IConnectionMultiplexer> connect, TimeProvider time)
{
    /// <summary>Minutes shown in the chart.</summary>
    public const int Minutes = 60;

    // The client has no time limit of its own for asynchronous calls.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    // The chart and the tables are many reads of things that move slowly.
    private static readonly TimeSpan UsageInterval = TimeSpan.FromSeconds(3);

    // A proxy refreshes its sign of life about once a second.
    private static readonly TimeSpan InstanceLifetime = TimeSpan.FromSeconds(15);

    private readonly RecentRequests _recent = new();
    private IReadOnlyDictionary<string, Counters> _series = new Dictionary<string, Counters>();
    private IReadOnlyList<MinuteCounters> _minutes = [];
    private DateTimeOffset _usageReadAt = DateTimeOffset.MinValue;

    /// <summary>One look. Not for concurrent calls.</summary>
    public async Task<RedisSample> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadCoreAsync(cancellationToken).WaitAsync(Limit, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new SourceException($"no answer within {Limit.TotalSeconds:0} s", e);
        }
        catch (RedisServerException e)
        {
            // The server's own words, such as NOAUTH or LOADING; they hold no password.
            throw new SourceException($"it answered: {e.Message}", e);
        }
        catch (RedisException e)
        {
            throw new SourceException("there is no connection to it", e);
        }
    }

    private async Task<RedisSample> ReadCoreAsync(CancellationToken cancellationToken)
    {
        // The first connection may block for its connect timeout: not on the caller's thread.
        var redis = await Task.Run(connect, cancellationToken);
        if (!redis.IsConnected)
        {
            throw new SourceException("there is no connection to it");
        }

        var db = redis.GetDatabase();
        var now = time.GetUtcNow();
        var total = db.HashGetAllAsync(RedisKeys.Usage(RedisKeys.Total));
        var tokenizer = db.HashGetAllAsync(RedisKeys.Usage(RedisKeys.Tokenizer));
        var instances = db.HashGetAllAsync(RedisKeys.Instances);
        var recent = ReadRecentAsync(db);
        var usage = now - _usageReadAt >= UsageInterval ? ReadUsageAsync(db, now) : Task.CompletedTask;
        await Task.WhenAll(total, tokenizer, instances, recent, usage);
        return new RedisSample
        {
            Total = Counters.FromHash(Numbers(await total)),
            Tokenizer = ToTokenizer(Numbers(await tokenizer)),
            Instances = await ReadInstancesAsync(db, await instances, now),
            Requests = _recent.Entries,
            Series = _series,
            Minutes = _minutes,
        };
    }

    private async Task ReadRecentAsync(IDatabase db)
    {
        // Twice at most: the second time from the beginning.
        for (var i = 0; i < 2; i++)
        {
            var reply = await db.ExecuteAsync("XREVRANGE", RedisKeys.RecentRequests, "+", _recent.From, "COUNT", RecentRequests.Capacity.ToString(CultureInfo.InvariantCulture));
            if (_recent.Take(Entries(reply)))
            {
                return;
            }
        }
    }

    private async Task ReadUsageAsync(IDatabase db, DateTimeOffset now)
    {
        var thisMinute = new DateTimeOffset(now.UtcDateTime.AddTicks(-(now.UtcDateTime.Ticks % TimeSpan.TicksPerMinute)), TimeSpan.Zero);
        var minutes = Enumerable.Range(0, Minutes).Select(i => thisMinute.AddMinutes(i - Minutes + 1)).ToArray();
        var minuteReads = minutes.Select(m => db.HashGetAllAsync(RedisKeys.UsageMinute(RedisKeys.Total, m))).ToArray();
        var names = (await db.SetMembersAsync(RedisKeys.Series)).Select(v => (string?)v).OfType<string>()
            .Where(n => n is not (RedisKeys.Total or RedisKeys.Tokenizer)).ToArray();
        var seriesReads = names.Select(n => db.HashGetAllAsync(RedisKeys.Usage(n))).ToArray();
        var minuteValues = await Task.WhenAll(minuteReads);
        var seriesValues = await Task.WhenAll(seriesReads);
        _minutes = [.. minutes.Select((m, i) => new MinuteCounters(m, Counters.FromHash(Numbers(minuteValues[i]))))];
        _series = names.Select((name, i) => (name, Counters.FromHash(Numbers(seriesValues[i]))))
            .Where(s => s.Item2 is not null).ToDictionary(s => s.name, s => s.Item2!);
        _usageReadAt = now;
    }

    private static async Task<IReadOnlyList<LiveInstance>> ReadInstancesAsync(IDatabase db, HashEntry[] instances, DateTimeOffset now)
    {
        var alive = Numbers(instances).Where(i => now.ToUnixTimeMilliseconds() - i.Value < InstanceLifetime.TotalMilliseconds).Select(i => i.Key).ToArray();
        var texts = await Task.WhenAll(alive.Select(name => db.StringGetAsync(RedisKeys.Live(name))));
        return [.. texts.Select((text, i) => (DashboardJson.TryReadLive(text) ?? new LiveInstance()) with { Instance = alive[i] })];
    }

    private static TokenizerCounters? ToTokenizer(IReadOnlyCollection<KeyValuePair<string, long>> fields)
    {
        var values = new Dictionary<string, long>(fields);
        return values.Count == 0 ? null : new TokenizerCounters(values.GetValueOrDefault("requests"), values.GetValueOrDefault("tokens"), values.GetValueOrDefault("bytes"));
    }

    private static List<KeyValuePair<string, long>> Numbers(HashEntry[] hash)
    {
        var numbers = new List<KeyValuePair<string, long>>(hash.Length);
        foreach (var entry in hash)
        {
            if (long.TryParse((string?)entry.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                numbers.Add(new((string?)entry.Name ?? "", value));
            }
        }

        return numbers;
    }

    /// <summary>An XREVRANGE reply: pairs of identity and a flat list of fields and values, of which <c>r</c> matters.</summary>
    private static List<KeyValuePair<string, string?>> Entries(RedisResult reply)
    {
        var entries = new List<KeyValuePair<string, string?>>();
        if (reply.IsNull)
        {
            return entries;
        }

        foreach (var entry in (RedisResult[]?)reply ?? [])
        {
            var parts = (RedisResult[]?)entry ?? [];
            var fields = parts.Length > 1 ? (string?[]?)parts[1] ?? [] : [];
            var at = Array.IndexOf(fields, "r");
            entries.Add(new((string?)parts[0] ?? "", at >= 0 && at % 2 == 0 && at + 1 < fields.Length ? fields[at + 1] : null));
        }

        return entries;
    }
}
