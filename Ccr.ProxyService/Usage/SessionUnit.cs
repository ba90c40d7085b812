using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>The growth of one session.</summary>
internal sealed class SessionUnit(SessionState growth, string instance, long number, bool isDoubtful = false)
    : RedisUnit(RedisKeys.Session(growth.Id), instance, number, isDoubtful)
{
    /// <summary>The session's name.</summary>
    public string Id => growth.Id;

    /// <summary>When its last request ended, Unix milliseconds.</summary>
    public long LastMs => growth.LastMs;

    /// <inheritdoc/>
    public override SpoolUnit Spooled() => SpoolUnit.Of(growth, Number);

    /// <inheritdoc/>
    protected override void Write(ITransaction transaction, List<Task> commands)
    {
        RedisKey key = RedisKeys.Usage(Tag);
        for (var i = 0; i < growth.Values.Length; i++)
        {
            if (growth.Values[i] != 0)
            {
                commands.Add(transaction.HashIncrementAsync(key, SessionFields.Counters[i], growth.Values[i]));
            }
        }

        commands.Add(transaction.HashSetAsync(key, SessionFields.First, growth.FirstMs, When.NotExists));
        List<HashEntry> told = [new(SessionFields.Last, growth.LastMs)];
        if (growth.Application is { } application)
        {
            told.Add(new(SessionFields.Application, application));
        }

        if (growth.Target is { } target)
        {
            told.Add(new(SessionFields.Target, target));
        }

        commands.Add(transaction.HashSetAsync(key, [.. told]));
        commands.Add(transaction.KeyExpireAsync(key, RedisKeys.SessionRetention));
    }
}
