using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.TokenizerService.Telemetry;

/// <summary>
/// A growth of the counters that Redis applies whole and once: it goes out as one MULTI … EXEC that also sets a marker to the
/// batch's number. When the reply is lost the marker tells whether it was applied; if not, it is sent again on condition that the
/// marker has not changed, so that an original which turns up late makes the repetition fail instead of counting twice.
/// </summary>
internal sealed class UsageBatch(UsageTotals growth, string instance, long number)
{
    private readonly RedisKey _marker = RedisKeys.Applied(RedisKeys.Tokenizer, instance);
    private readonly RedisKey _usage = RedisKeys.Usage(RedisKeys.Tokenizer);
    private bool _isDoubtful;

    /// <summary>Sends it, or finds out that an earlier sending arrived. False: not applied, try again.</summary>
    public async Task<bool> SendAsync(IDatabase redis)
    {
        var transaction = redis.CreateTransaction();
        if (_isDoubtful)
        {
            var applied = await redis.StringGetAsync(_marker).ConfigureAwait(false);
            if (applied == number)
            {
                return true;
            }

            transaction.AddCondition(applied.IsNull ? Condition.KeyNotExists(_marker) : Condition.StringEqual(_marker, applied));
        }

        _isDoubtful = true;
        Task[] commands =
        [
            transaction.StringSetAsync(_marker, number, RedisKeys.AppliedRetention),
            transaction.HashIncrementAsync(_usage, "requests", growth.Requests),
            transaction.HashIncrementAsync(_usage, "texts", growth.Texts),
            transaction.HashIncrementAsync(_usage, "bytes", growth.Bytes),
            transaction.HashIncrementAsync(_usage, "tokens", growth.Tokens),
        ];
        if (!await transaction.ExecuteAsync().ConfigureAwait(false))
        {
            return false;
        }

        // A key of another type, for instance, fails its own command only; the rest is applied and must not be repeated.
        await Task.WhenAll(commands).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Refused = commands.FirstOrDefault(c => c.IsFaulted)?.Exception?.InnerException?.Message;
        return true;
    }

    /// <summary>What Redis said against a single command; null when all is well.</summary>
    public string? Refused { get; private set; }
}
