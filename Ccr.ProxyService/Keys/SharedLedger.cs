using System.Globalization;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Keys;

/// <summary>
/// The books of one key that all replicas share: a hash in Redis whose fields are versions of them. Whoever sets the next version's field first (HSETNX) has entered his batch; in the same round trip
/// everybody else gets what was entered instead, and enters his own on top of that. So it is exact without a script, on every Redis, and one round trip for all requests that came in the meantime:
/// <code>
/// waiting requests and settlements -> one batch -> books of version n, with the batch -> MULTI, HSETNX n+1, HGETALL, EXEC -> first? told; else again on top of the newest
/// </code>
/// </summary>
internal sealed class SharedLedger(string id, string replica, KeyRedis link, Jitter jitter, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(4);

    private readonly RedisKey _name = RedisKeys.VirtualKeyLedger(id);
    private readonly Lock _lock = new();
    private List<LedgerEntry> _waiting = [];
    private bool _isWriting;
    private int _underWay;

    // What is in Redis as far as this replica knows. Never changed, only replaced; by the one writer.
    private volatile Ledger? _known;
    private long _version;
    private long _batch;

    // How long an exchange may take, in ticks, as the configuration says now.
    private long _limit = KeyRedis.Limit.Ticks;

    // The books that this replica goes by while Redis is away. Guarded by the lock.
    private Ledger? _alone;

    /// <summary>Whether anything of this replica is reserved.</summary>
    public bool IsUnderWay => Volatile.Read(ref _underWay) > 0;

    /// <summary>True when nothing waits to be entered.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return !_isWriting;
            }
        }
    }

    /// <summary>Reserves what a request claims, or says what is in its way.</summary>
    public async ValueTask<LedgerVerdict> ReserveAsync(VirtualKey key, LedgerClaim claim, KeysConfig config, CancellationToken cancellationToken)
    {
        if (link.IsAway)
        {
            return ReserveAlone(key, claim, config);
        }

        // Whoever writes tells it, within the time that Redis is given.
        var entry = new LedgerEntry.Reservation(key, claim);
        Volatile.Write(ref _limit, config.RedisWait.Ticks);
        Add(entry);
        LedgerVerdict? verdict;
        try
        {
            verdict = await entry.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!entry.TryTell(null) && (await entry.Answer.ConfigureAwait(false))?.Hold is { } hold)
            {
                Settle(hold, 0, 0);
            }

            throw;
        }

        return verdict ?? ReserveAlone(key, claim, config);
    }

    /// <summary>Enters what a request used.</summary>
    public void Settle(LedgerHold hold, long nano, long tokens)
    {
        var shared = hold.IsAlone ? LedgerSettlement.Spending(hold, nano, tokens) : LedgerSettlement.Of(hold, nano, tokens);
        if (hold is { IsReserved: true, IsAlone: false })
        {
            Interlocked.Decrement(ref _underWay);
        }

        lock (_lock)
        {
            if (_alone is { } alone)
            {
                var now = time.GetUtcNow();
                alone.Advance(now);
                alone.Settle(LedgerSettlement.Of(hold, nano, tokens), replica, now);
            }

            // What piles up while Redis is away becomes one entry for each day.
            if (link.IsAway && _waiting.OfType<LedgerEntry.Settlement>().FirstOrDefault(s => s.Day == hold.Day) is { } waiting)
            {
                waiting.Add(shared);
                return;
            }
        }

        Add(new LedgerEntry.Settlement(shared));
    }

    /// <summary>Says that this replica lives.</summary>
    public void Renew() => Add(new LedgerEntry.Renewal());

    /// <summary>Reads the books as they are in Redis.</summary>
    public static async Task<Ledger> ReadAsync(IDatabase redis, string id, TimeProvider time, CancellationToken cancellationToken) =>
        Newest(await KeyRedis.WithinAsync(redis.HashGetAllAsync(RedisKeys.VirtualKeyLedger(id)), KeyRedis.Limit, time, cancellationToken).ConfigureAwait(false)).Ledger ?? new();

    private void Add(LedgerEntry entry)
    {
        lock (_lock)
        {
            _waiting.Add(entry);
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        _ = Task.Run(WriteAsync, CancellationToken.None);
    }

    private LedgerVerdict ReserveAlone(VirtualKey key, LedgerClaim claim, KeysConfig config)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            // Without having seen the books once, nobody knows what is spent.
            if (!config.LocalWhenRedisIsAway || (_alone ??= _known?.Clone()) is not { } alone)
            {
                return new() { Limit = KeyLimit.Unreachable, Reset = now.AddSeconds(5) };
            }

            alone.Advance(now);
            var verdict = alone.Reserve(key, claim, replica, now);
            return verdict.Hold is { } hold ? verdict with { Hold = hold with { IsAlone = true } } : verdict;
        }
    }

    /// <summary>Enters batch after batch until nothing waits. There is one of this at a time.</summary>
    private async Task WriteAsync()
    {
        List<LedgerEntry> batch = [];
        var tried = new Dictionary<long, LedgerVerdict?[]>();
        while (true)
        {
            if (batch.Count == 0)
            {
                lock (_lock)
                {
                    if (_waiting.Count == 0)
                    {
                        _isWriting = false;
                        return;
                    }

                    (batch, _waiting) = (_waiting, []);
                }
            }

            try
            {
                Tell(batch, await EnterAsync(batch, tried).ConfigureAwait(false));
                batch = [];
                tried.Clear();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Redis, whatever it was. Who waits is told so; what is to be entered waits until Redis answers again.
                foreach (var entry in batch)
                {
                    (entry as LedgerEntry.Reservation)?.TryTell(null);
                }

                await link.RecoverAsync(stopping).ConfigureAwait(false);
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (stopping.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    private async Task<LedgerVerdict?[]> EnterAsync(List<LedgerEntry> batch, Dictionary<long, LedgerVerdict?[]> tried)
    {
        var redis = (await link.ConnectAsync(stopping).ConfigureAwait(false)).GetDatabase();
        if (_known is null || tried.Count > 0)
        {
            Adopt(await ReadAsync(redis).ConfigureAwait(false));
        }

        for (var round = 0; ; round++)
        {
            if (tried.Count > 0 && _known!.Leases.TryGetValue(replica, out var own) && tried.TryGetValue(own.Batch, out var entered))
            {
                // An attempt whose reply was lost had got through.
                return entered;
            }

            var now = time.GetUtcNow();
            var ledger = _known!.Clone();
            ledger.Advance(now);
            var (verdicts, isChange) = Apply(batch, ledger, now);
            if (!isChange)
            {
                // All refused, by what this replica knows: is that still so?
                var version = _version;
                Adopt(await ReadAsync(redis).ConfigureAwait(false));
                if (version == _version)
                {
                    return verdicts;
                }

                continue;
            }

            var lease = ledger.LeaseOf(replica);
            lease.Until = (now + Ledger.LeaseTime).ToUnixTimeMilliseconds();
            lease.Batch = ++_batch;
            tried[_batch] = verdicts;
            if (await TryWriteAsync(redis, ledger).ConfigureAwait(false))
            {
                return verdicts;
            }

            tried.Remove(_batch);
            if (round > 1)
            {
                await Task.Delay(jitter.Next() * LongestStep, time, stopping).ConfigureAwait(false);
            }
        }
    }

    private (LedgerVerdict?[] Verdicts, bool IsChange) Apply(List<LedgerEntry> batch, Ledger ledger, DateTimeOffset now)
    {
        var verdicts = new LedgerVerdict?[batch.Count];
        var isChange = false;

        // What gives back goes first.
        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i] is LedgerEntry.Reservation == (pass == 1))
                {
                    (verdicts[i], var changed) = batch[i].Apply(ledger, replica, now);
                    isChange |= changed;
                }
            }
        }

        return (verdicts, isChange);
    }

    /// <summary>Makes these books the next version; false when another replica was first, whose books are then known.</summary>
    private async Task<bool> TryWriteAsync(IDatabase redis, Ledger ledger)
    {
        var next = _version + 1;
        var transaction = redis.CreateTransaction();
        var set = transaction.HashSetAsync(_name, next, JsonSerializer.Serialize(ledger, KeyJson.Default.Ledger), When.NotExists);
        _ = transaction.HashDeleteAsync(_name, next - 2);
        _ = transaction.KeyExpireAsync(_name, RedisKeys.VirtualKeyLedgerRetention);
        var all = transaction.HashGetAllAsync(_name);
        if (!await KeyRedis.WithinAsync(transaction.ExecuteAsync(), TimeSpan.FromTicks(Volatile.Read(ref _limit)), time, stopping).ConfigureAwait(false))
        {
            throw new InvalidOperationException("the transaction was not executed");
        }

        var fields = await all.ConfigureAwait(false);
        var isSet = await set.ConfigureAwait(false);
        var (version, _) = Newest(fields);
        if (isSet && version == next)
        {
            // In this order: a reader without the lock must not take an old version for the new one's.
            _known = ledger;
            _version = next;
            lock (_lock)
            {
                _alone = null;
            }

            return true;
        }

        if (isSet)
        {
            // A version that was over long ago.
            _ = redis.HashDeleteAsync(_name, next, CommandFlags.FireAndForget);
        }

        Adopt(fields);
        return false;
    }

    private Task<HashEntry[]> ReadAsync(IDatabase redis) => KeyRedis.WithinAsync(redis.HashGetAllAsync(_name), TimeSpan.FromTicks(Volatile.Read(ref _limit)), time, stopping);

    private void Adopt(HashEntry[] fields)
    {
        var (version, ledger) = Newest(fields);
        if (ledger is not null && (_known is null || version > _version))
        {
            _known = ledger;
            _version = version;
        }

        // A Redis that has lost its memory gets this replica's.
        _known ??= new();
    }

    /// <summary>The newest version. Older ones are left over from replicas that came late.</summary>
    private static (long Version, Ledger? Ledger) Newest(HashEntry[] fields)
    {
        var newest = 0L;
        string? json = null;
        foreach (var field in fields)
        {
            if (long.TryParse((string?)field.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > newest)
            {
                (newest, json) = (version, field.Value);
            }
        }

        return (newest, json is null ? null : JsonSerializer.Deserialize(json, KeyJson.Default.Ledger));
    }

    private void Tell(List<LedgerEntry> batch, LedgerVerdict?[] verdicts)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i] is not LedgerEntry.Reservation reservation || verdicts[i] is not { } verdict)
            {
                continue;
            }

            if (verdict.Hold is null)
            {
                reservation.TryTell(verdict);
                continue;
            }

            Interlocked.Increment(ref _underWay);
            if (!reservation.TryTell(verdict))
            {
                // It no longer waits: its place is given back.
                Settle(verdict.Hold, 0, 0);
            }
        }
    }
}
