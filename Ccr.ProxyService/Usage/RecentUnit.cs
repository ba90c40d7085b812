using System.Text.Json;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>Finished requests for the shared list.</summary>
internal sealed class RecentUnit(IReadOnlyList<RequestRecord> records, string instance, long number) : RedisUnit(RedisKeys.RecentTag, instance, number)
{
    /// <inheritdoc/>
    protected override void Write(ITransaction transaction, List<Task> commands)
    {
        RedisKey key = RedisKeys.RecentRequests;
        foreach (var record in records)
        {
            RedisValue json = JsonSerializer.SerializeToUtf8Bytes(RequestReport.From(record), ApiJson.Default.RequestReport);
            commands.Add(transaction.ExecuteAsync("XADD", key, "MAXLEN", "~", RedisKeys.RecentRequestsLength, "*", "r", json));
        }
    }
}
