using System.Collections.Concurrent;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Keys;

/// <summary>
/// The books of a router without Redis: in memory, and what was spent also in keys-spent.json, to which what was added is written once a second and at the end. Several routers of one home folder
/// add up there.
/// </summary>
internal sealed partial class LocalBooks(KeyFolder folder, InstanceIdentity identity, TimeProvider time, ILogger<LocalBooks> log) : BackgroundService, IKeyBooks
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private bool _isTold;

    /// <summary>What keys spent according to the file, for those who have no router to ask.</summary>
    /// <exception cref="KeyStoreException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, Ledger> Read(KeyFolder folder, DateTimeOffset now) =>
        Parse(folder).ToDictionary(static r => r.Key, r => LedgerOf(r.Value, now), StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            foreach (var (id, row) in Parse(folder))
            {
                _accounts[id] = new(LedgerOf(row, now));
            }
        }
        catch (KeyStoreException e)
        {
            // Keys with a budget would begin with a full one: better not at all.
            throw new ConfigurationException(folder.Spent, [new("", 0, $"{e.Message}; without it nobody knows what virtual keys have spent", IsError: true)]);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LedgerVerdict> ReserveAsync(VirtualKey key, LedgerClaim claim, KeysConfig config, CancellationToken cancellationToken)
    {
        var account = Of(key.Id);
        lock (account.Gate)
        {
            var now = time.GetUtcNow();
            account.KeepAlive(identity.Name, now);
            account.Ledger.Advance(now);
            return ValueTask.FromResult(account.Ledger.Reserve(key, claim, identity.Name, now));
        }
    }

    /// <inheritdoc/>
    public void Settle(string id, LedgerHold hold, long nano, long tokens)
    {
        var account = Of(id);
        lock (account.Gate)
        {
            var now = time.GetUtcNow();
            account.KeepAlive(identity.Name, now);
            account.Ledger.Advance(now);
            account.Ledger.Settle(LedgerSettlement.Of(hold, nano, tokens), identity.Name, now);
            if (nano > 0)
            {
                account.Unwritten[hold.Day] = account.Unwritten.GetValueOrDefault(hold.Day) + nano;
            }
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, Ledger>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Ledger>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            var account = Of(id);
            lock (account.Gate)
            {
                var now = time.GetUtcNow();
                account.KeepAlive(identity.Name, now);
                account.Ledger.Advance(now);
                found[id] = account.Ledger.Clone();
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, Ledger>>(found);
    }

    /// <summary>Adds what was spent since the last time to the file, and takes over what others added.</summary>
    /// <exception cref="KeyStoreException">The file cannot be read or written; what was to be added is added the next time.</exception>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_accounts.Values.Any(static a => a.IsUnwritten))
            {
                return;
            }

            using var held = await folder.LockAsync(cancellationToken).ConfigureAwait(false);
            var rows = Parse(folder);
            var taken = new List<(Account Account, Dictionary<int, long> Amounts)>();
            foreach (var (id, account) in _accounts)
            {
                if (account.Take() is { } amounts)
                {
                    taken.Add((account, amounts));
                    rows[id] = Plus(rows.GetValueOrDefault(id), amounts);
                }
            }

            try
            {
                KeyFolder.Write(folder.Spent, JsonSerializer.SerializeToUtf8Bytes(new SpentFileContent(rows), KeyJsonIndented.Default.SpentFileContent));
            }
            catch (KeyStoreException)
            {
                taken.ForEach(static t => t.Account.PutBack(t.Amounts));
                throw;
            }

            var now = time.GetUtcNow();
            foreach (var (id, row) in rows)
            {
                Of(id).TakeOver(row, now);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await TryWriteAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _writing.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await TryWriteAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken).ConfigureAwait(false);
            _isTold = false;
        }
        catch (KeyStoreException e)
        {
            if (!_isTold)
            {
                _isTold = true;
                NotWritten(log, e.Message);
            }
        }
    }

    private static SpentFileContent.Row Plus(SpentFileContent.Row? row, Dictionary<int, long> amounts)
    {
        row ??= new(0, 0, 0);
        foreach (var (day, amount) in amounts.OrderBy(static a => a.Key))
        {
            if (day > row.Day)
            {
                row = new(day, 0, day / 100 == row.Day / 100 ? row.MonthSpent : 0);
            }

            row = new(row.Day, row.DaySpent + (day == row.Day ? amount : 0), row.MonthSpent + (day / 100 == row.Day / 100 ? amount : 0));
        }

        return row;
    }

    private static Ledger LedgerOf(SpentFileContent.Row row, DateTimeOffset now)
    {
        var ledger = new Ledger { Day = row.Day, DaySpent = row.DaySpent, MonthSpent = row.MonthSpent };
        ledger.Advance(now);
        return ledger;
    }

    private static Dictionary<string, SpentFileContent.Row> Parse(KeyFolder folder)
    {
        var bytes = KeyFolder.Read(folder.Spent);
        try
        {
            return bytes.Length == 0 ? new(StringComparer.Ordinal) : JsonSerializer.Deserialize(bytes, KeyJson.Default.SpentFileContent)?.Spent ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new KeyStoreException($"{folder.Spent} is not what ccr wrote (line {(e.LineNumber ?? 0) + 1}); mend it, restore it from a copy, or delete it", e);
        }
    }

    private Account Of(string id) => _accounts.GetOrAdd(id, static _ => new(new()));

    [LoggerMessage(EventId = 7004, Level = LogLevel.Error, Message = "What virtual keys spent is not written down for now: {Reason}. It is still counted in memory.")]
    private static partial void NotWritten(ILogger log, string reason);

    /// <summary>The books of one key, and what of them is not in the file yet, by day.</summary>
    private sealed class Account(Ledger ledger)
    {
        public Lock Gate { get; } = new();

        public Ledger Ledger => ledger;

        public Dictionary<int, long> Unwritten { get; private set; } = [];

        public bool IsUnwritten
        {
            get
            {
                lock (Gate)
                {
                    return Unwritten.Count > 0;
                }
            }
        }

        /// <summary>The process that asks lives: its lease never ends.</summary>
        public void KeepAlive(string replica, DateTimeOffset now)
        {
            if (ledger.Leases.TryGetValue(replica, out var lease))
            {
                lease.Until = (now + Ledger.LeaseTime).ToUnixTimeMilliseconds();
            }
        }

        public Dictionary<int, long>? Take()
        {
            lock (Gate)
            {
                if (Unwritten.Count == 0)
                {
                    return null;
                }

                var amounts = Unwritten;
                Unwritten = [];
                return amounts;
            }
        }

        public void PutBack(Dictionary<int, long> amounts)
        {
            lock (Gate)
            {
                foreach (var (day, amount) in amounts)
                {
                    Unwritten[day] = Unwritten.GetValueOrDefault(day) + amount;
                }
            }
        }

        /// <summary>What the file says is the truth, and on top of it what came since.</summary>
        public void TakeOver(SpentFileContent.Row row, DateTimeOffset now)
        {
            lock (Gate)
            {
                ledger.Advance(now);
                var sum = Plus(row, Unwritten);
                if (sum.Day < ledger.Day)
                {
                    sum = new(ledger.Day, 0, sum.Day / 100 == ledger.Day / 100 ? sum.MonthSpent : 0);
                }

                ledger.Day = sum.Day;
                ledger.DaySpent = sum.DaySpent;
                ledger.MonthSpent = sum.MonthSpent;
            }
        }
    }
}
