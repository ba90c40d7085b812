using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>The growth of one series' counters.</summary>
internal sealed class SeriesUnit(UsageDelta delta, string instance, long number) : RedisUnit(delta.Series, instance, number)
{
    /// <inheritdoc/>
    public override string Series => delta.Series;

    /// <inheritdoc/>
    public override long Requests => delta.Series == RedisKeys.Total ? delta.Total[(int)UsageField.Requests] : 0;

    /// <inheritdoc/>
    protected override void Write(ITransaction transaction, List<Task> commands)
    {
        Add(transaction, commands, RedisKeys.Usage(delta.Series), delta.Total);
        foreach (var (minute, growth) in delta.Minutes)
        {
            RedisKey key = RedisKeys.UsageMinute(delta.Series, minute);
            Add(transaction, commands, key, growth);
            commands.Add(transaction.KeyExpireAsync(key, RedisKeys.MinuteRetention));
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
