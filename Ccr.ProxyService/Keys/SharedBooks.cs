using System.Collections.Concurrent;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Usage;
using StackExchange.Redis;

namespace Ccr.ProxyService.Keys;

/// <summary>The books of all keys, shared by all replicas through Redis; renews the leases of what is under way here.</summary>
internal sealed class SharedBooks(KeyRedis link, InstanceIdentity identity, Jitter jitter, TimeProvider time) : BackgroundService, IKeyBooks
{
    private static readonly TimeSpan RenewInterval = Ledger.LeaseTime / 4;
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GoodbyeStep = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<string, SharedLedger> _ledgers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _over = new();

    /// <inheritdoc/>
    public ValueTask<LedgerVerdict> ReserveAsync(VirtualKey key, LedgerClaim claim, KeysConfig config, CancellationToken cancellationToken) =>
        Of(key.Id).ReserveAsync(key, claim, config, cancellationToken);

    /// <inheritdoc/>
    public void Settle(string id, LedgerHold hold, long nano, long tokens) => Of(id).Settle(hold, nano, tokens);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, Ledger>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Ledger>(StringComparer.Ordinal);
        try
        {
            var redis = (await link.ConnectAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
            var reading = ids.Select(id => (Id: id, Ledger: SharedLedger.ReadAsync(redis, id, time, cancellationToken))).ToList();
            await Task.WhenAll(reading.Select(r => r.Ledger)).ConfigureAwait(false);
            var now = time.GetUtcNow();
            foreach (var (id, task) in reading)
            {
                var ledger = await task.ConfigureAwait(false);
                ledger.Advance(now);
                found[id] = ledger;
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or JsonException)
        {
            // The keys are shown without their books.
        }

        return found;
    }

    /// <summary>Enters what is still to be entered, as far as Redis answers.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        while (!link.IsAway && !cancellationToken.IsCancellationRequested && time.GetElapsedTime(started) < LongestGoodbye && _ledgers.Values.Any(l => !l.IsIdle))
        {
            await Task.Delay(GoodbyeStep, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _over.Cancel();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                foreach (var (_, ledger) in _ledgers)
                {
                    if (ledger.IsUnderWay && !link.IsAway)
                    {
                        ledger.Renew();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync enters the rest.
        }
    }

    private SharedLedger Of(string id) => _ledgers.GetOrAdd(id, static (id, books) => new(id, books.Name, books.Link, books.Jitter, books.Time, books.Over), (Name: identity.Name, Link: link, Jitter: jitter, Time: time, Over: _over.Token));
}
