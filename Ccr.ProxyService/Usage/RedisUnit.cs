using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Changes to the keys of one hash tag, which Redis applies whole and once.
/// </summary>
/// <remarks>
/// Each unit goes out as one MULTI … EXEC that also sets a marker key to the unit's number. If the reply is lost (Redis was killed, a time
/// limit passed), nobody knows whether it was applied: then the marker is asked. It has this number or a later one (units of a tag are sent
/// in order): done. It has an earlier one: the unit is sent again on condition (WATCH) that the marker still has that value, so that an
/// original which turns up late in the meantime makes the repetition fail, and the marker is asked again. In the usual case this costs one
/// SET, and no round trip of its own.
/// </remarks>
/// <param name="tag">The hash tag of its keys.</param>
/// <param name="instance">The process that counted it.</param>
/// <param name="number">Its number: of one instance and tag, a later unit has a higher one.</param>
/// <param name="isDoubtful">True when it may have been sent before, by a process that is gone.</param>
internal abstract class RedisUnit(string tag, string instance, long number, bool isDoubtful)
{
    private readonly RedisKey _marker = RedisKeys.Applied(tag, instance);
    private bool _isDoubtful = isDoubtful;

    /// <summary>The hash tag of its keys. Of one tag only one unit is under way at a time.</summary>
    public string Tag => tag;

    /// <summary>Its number.</summary>
    public long Number => number;

    /// <summary>True once Redis has confirmed it.</summary>
    public bool IsApplied { get; private set; }

    /// <summary>Finished requests whose counts this unit carries.</summary>
    public virtual long Requests => 0;

    /// <summary>The series it counts for; null when it is not about a series.</summary>
    public virtual string? Series => null;

    /// <summary>Sends it, or finds out whether an earlier sending arrived; <see cref="IsApplied"/> tells the outcome.</summary>
    /// <returns>What Redis said against single commands (a key of another type); empty when all is well.</returns>
    public async Task<IReadOnlyList<string>> SendAsync(IDatabase redis)
    {
        Condition? condition = null;
        if (_isDoubtful)
        {
            var applied = await redis.StringGetAsync(_marker).ConfigureAwait(false);
            if (applied.TryParse(out long last) && last >= number)
            {
                IsApplied = true;
                return [];
            }

            condition = applied.IsNull ? Condition.KeyNotExists(_marker) : Condition.StringEqual(_marker, applied);
        }

        _isDoubtful = true;
        var transaction = redis.CreateTransaction();
        if (condition is not null)
        {
            transaction.AddCondition(condition);
        }

        List<Task> commands = [transaction.StringSetAsync(_marker, number, RedisKeys.AppliedRetention)];
        Write(transaction, commands);
        IsApplied = await transaction.ExecuteAsync().ConfigureAwait(false);
        return IsApplied ? await ErrorsAsync(commands).ConfigureAwait(false) : [];
    }

    /// <summary>What of it is kept on disk while Redis does not confirm.</summary>
    public abstract SpoolUnit Spooled();

    /// <summary>Queues the changes; all keys must carry the unit's hash tag.</summary>
    protected abstract void Write(ITransaction transaction, List<Task> commands);

    private static async Task<IReadOnlyList<string>> ErrorsAsync(List<Task> commands)
    {
        List<string> errors = [];
        foreach (var command in commands)
        {
            try
            {
                await command.ConfigureAwait(false);
            }
            catch (RedisServerException e)
            {
                errors.Add(e.Message);
            }
        }

        return errors;
    }
}
