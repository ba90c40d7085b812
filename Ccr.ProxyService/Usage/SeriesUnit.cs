using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>The growth of one series' counters.</summary>
internal sealed class SeriesUnit(UsageDelta delta, string instance, bool isDoubtful = false) : RedisUnit(delta.Series, instance, delta.Number, isDoubtful)
{
    /// <inheritdoc/>
    public override string Series => delta.Series;

    /// <inheritdoc/>
    public override long Requests => delta.Series == RedisKeys.Total ? delta.Total[(int)UsageField.Requests] : 0;

    /// <inheritdoc/>
    public override SpoolUnit Spooled() => SpoolUnit.Of(delta);

    /// <inheritdoc/>
    protected override void Write(ITransaction transaction, List<Task> commands)
    {
        Add(transaction, commands, RedisKeys.Usage(delta.Series), delta.Total);
        Add(transaction, commands, Granularity.Minute, delta.Minutes);
        Add(transaction, commands, Granularity.Hour, delta.Hours);
        Add(transaction, commands, Granularity.Day, delta.Days);
    }

    private void Add(ITransaction transaction, List<Task> commands, Granularity granularity, IReadOnlyDictionary<DateTimeOffset, long[]> slices)
    {
        foreach (var (start, growth) in slices)
        {
            RedisKey key = granularity.Key(delta.Series, start);
            Add(transaction, commands, key, growth);
            commands.Add(transaction.KeyExpireAsync(key, granularity.Retention()));
        }
    }

    private static void Add(ITransaction transaction, List<Task> commands, RedisKey key, long[] growth)
    {
        for (var i = 0; i < growth.Length; i++)
        {
            if (growth[i] != 0)
            {
                commands.Add(transaction.HashIncrementAsync(key, UsageCounters.Names[i], growth[i]));
            }
        }
    }
}
