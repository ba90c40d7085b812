using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>Finished requests for the shared list, as JSON.</summary>
internal sealed class RecentUnit(IReadOnlyList<string> requests, string instance, long number, bool isDoubtful = false)
    : RedisUnit(RedisKeys.RecentTag, instance, number, isDoubtful)
{
    /// <inheritdoc/>
    public override SpoolUnit Spooled() => SpoolUnit.Of(requests, Number);

    /// <inheritdoc/>
    protected override void Write(ITransaction transaction, List<Task> commands)
    {
        RedisKey key = RedisKeys.RecentRequests;
        foreach (RedisValue json in requests)
        {
            commands.Add(transaction.ExecuteAsync("XADD", key, "MAXLEN", "~", RedisKeys.RecentRequestsLength, "*", "r", json));
        }
    }
}
