using System.Collections.Concurrent;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Health;

/// <summary>
/// What the last calls to each target showed, and whether it may be asked now. The dispatcher asks for a <see cref="Pass"/> before every attempt, tells what the answer's
/// headers say, when the first content came, and how it ended. Everything here is local and never waits but for a free place; <see cref="HealthSharing"/> tells other replicas.
/// </summary>
internal sealed class TargetHealth(RequestRouter router, TimeProvider time) : ITargetStates, ITargetFacts
{
    /// <summary>Clients may name any model: beyond so many targets those at rest are forgotten.</summary>
    private const int MostTargets = 2000;

    private static readonly TimeSpan BusyAgain = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, TargetEntry> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ProviderEntry> _providers = new(StringComparer.Ordinal);

    /// <summary>Numbers from 0 to 1 that spread delays, so that clients and replicas do not come back all at once.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>What other replicas should know.</summary>
    public HealthBoard Board { get; } = new();

    /// <summary>Now, Unix milliseconds: the clock that replicas have in common.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Asks to be let through to a target; may wait for a free place.</summary>
    /// <param name="target">Whom to ask.</param>
    /// <param name="call">On whose behalf.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Admission> AdmitAsync(RouteTarget target, ProxyCall call, CancellationToken cancellationToken) =>
        AdmitAsync(target, call, AdmitMode.Wait, cancellationToken);

    /// <summary>Asks to be let through to a target. Completes at once but for the wait for a free place, which <see cref="AdmitMode.NoWait"/> forgoes.</summary>
    /// <param name="target">Whom to ask.</param>
    /// <param name="call">On whose behalf.</param>
    /// <param name="mode">How much is done for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was ended; nothing is held.</exception>
    public ValueTask<Admission> AdmitAsync(RouteTarget target, ProxyCall call, AdmitMode mode, CancellationToken cancellationToken)
    {
        var entry = EntryOf(target.Name);
        var provider = ProviderOf(target.Provider.Name);
        entry.Provider = target.Provider;
        entry.LastUse = Now;
        if ((mode & AdmitMode.Force) != 0 && call.Config.Breaker.Enabled && call.Decision is { Targets.Count: > 1 } && entry.Breaker.Refuses(Now) && !entry.TryForce(Now))
        {
            // When all are down, a thousand clients must not find it out one by one.
            return new(Refused(entry, Open(entry, Now)));
        }

        if (provider.Queue.TryEnter(target.Provider.Limits.MaxConcurrent))
        {
            return new(Finish(target, call, mode, entry, provider));
        }

        // Nobody waits for a place at a target that will refuse anyway.
        if (Refuses(entry, mode, call.Config.Breaker.Enabled, Now) is { } refusal)
        {
            return new(Refused(entry, refusal));
        }

        return (mode & AdmitMode.NoWait) != 0
            ? new(Refused(entry, Busy(target)))
            : WaitAsync(target, call, mode, entry, provider, cancellationToken);
    }

    /// <summary>The headers of an answer came, whatever its status.</summary>
    public void Headers(Pass pass, HttpResponseMessage response)
    {
        if (!pass.Target.Provider.HonorsRateLimitHeaders)
        {
            return;
        }

        var now = Now;
        var until = RateLimitHeaders.UsedUpUntil(response.Headers, now);
        if (until > now && pass.Entry.KeyRest(pass.Key.Id).Extend(ErrorKind.RateLimited, until, now))
        {
            pass.Entry.RateLimitBackoffs.Add();
            PublishRest(pass, now);
        }
    }

    /// <summary>The first content came, so long after the request was sent.</summary>
    public void FirstContent(Pass pass, TimeSpan after)
    {
        if (pass.HasContent)
        {
            return;
        }

        pass.HasContent = true;
        var now = Now;
        var breaker = pass.Config.Breaker;
        pass.Entry.Latency.Add(after, now);
        Publish(pass.Entry, pass.Entry.Breaker.FirstContent(pass.Entrance, breaker.SlowCall > TimeSpan.Zero && after > breaker.SlowCall, now, breaker));
        pass.Entrance = Entrance.Usual;
    }

    /// <summary>The answer came whole.</summary>
    public void Succeeded(Pass pass, TimeSpan duration)
    {
        if (!pass.GiveBack())
        {
            return;
        }

        var now = Now;
        pass.Entry.Answers.Add();
        pass.Entry.LastFailure = null;
        pass.Entry.KeyRest(pass.Key.Id).Recovered(now);
        pass.Entry.Missing.Recovered(now);
        pass.Provider.KeyOf(pass.Key.Id).Account.Recovered(now);
        Publish(pass.Entry, pass.Entry.Breaker.Succeeded(pass.Entrance, now, pass.Config.Breaker));
        Leave(pass);
    }

    /// <summary>The attempt failed.</summary>
    public void Failed(Pass pass, ProviderError error)
    {
        if (!pass.GiveBack())
        {
            return;
        }

        var now = Now;
        var entry = pass.Entry;
        entry.Failures.Add();
        entry.LastFailure = Failures.Word(error.Kind);
        var effect = FailureEffects.Of(error);
        if (effect == FailureEffect.Breaker)
        {
            Publish(entry, entry.Breaker.Failed(pass.Entrance, pass.HasContent, now, pass.Config.Breaker));
        }
        else
        {
            // The target answered, or was not to blame: a probe has found out nothing, the next one may.
            entry.Breaker.Abandoned(pass.Entrance);
            Rest(pass, error, effect, now);
        }

        Leave(pass);
    }

    /// <summary>The attempt was given up through no fault of the target: the client left, or another target was faster.</summary>
    public void Abandoned(Pass pass)
    {
        if (pass.GiveBack())
        {
            pass.Entry.LastUse = Now;
            pass.Entry.Breaker.Abandoned(pass.Entrance);
            Leave(pass);
        }
    }

    /// <summary>The smoothed time to first content in seconds; null for a target that has too few fresh samples to be compared, such as one that never answered.</summary>
    public double? Latency(string target) => _targets.TryGetValue(target, out var entry) ? entry.Latency.Comparable(Now) : null;

    /// <summary>Whether a call would be let through as things stand, places and limits aside. Changes nothing.</summary>
    public bool IsAvailable(RouteTarget target)
    {
        if (!_targets.TryGetValue(target.Name, out var entry))
        {
            return true;
        }

        var now = Now;
        return Refuses(entry, AdmitMode.Wait, router.Table.Config.Breaker.Enabled, now) is null && CoolingKeys(target.Provider, entry, now) < target.Provider.Keys.Count;
    }

    /// <summary>A key of a target that does not rest, the first where all do, for a question that is no call of the target: nothing is taken off any limit.</summary>
    public ProviderKey RestedKey(RouteTarget target)
    {
        var keys = target.Provider.Keys;
        if (keys.Count > 1)
        {
            var now = Now;
            var entry = _targets.GetValueOrDefault(target.Name);
            var provider = _providers.GetValueOrDefault(target.Provider.Name);
            foreach (var key in keys)
            {
                if (entry?.IsKeyCooling(key.Id, now) != true && provider?.KeyOf(key.Id).Account.IsCooling(now) != true)
                {
                    return key;
                }
            }
        }

        return keys[0];
    }

    /// <inheritdoc/>
    public TargetFacts Of(string target)
    {
        if (!_targets.TryGetValue(target, out var entry))
        {
            return TargetFacts.Untried;
        }

        var now = Now;
        var latency = entry.Latency.Comparable(now);
        var config = router.Table.Config;

        // Where a rate limit is the client's to know, one must not be evaded by asking another target first.
        var isUsable = Refuses(entry, AdmitMode.Wait, config.Breaker.Enabled, now) is null
            && (entry.Provider is not { Keys.Count: > 0 } provider || CoolingKeys(provider, entry, now) < provider.Keys.Count
                || (provider.RateLimitPolicy ?? config.Router.RateLimitPolicy) == RateLimitPolicy.Passthrough);
        return new(latency, latency is null ? 0 : TargetOrder.LeastSamples, entry.Active, isUsable, entry.Answers.Value == 0 && entry.Failures.Value > 0);
    }

    /// <summary>A pass for a probe of our own at a target whose breaker is open; null when it is not, or when a probe is under way.</summary>
    public Pass? AdmitProbe(RouteTarget target, CcrConfig config)
    {
        var now = Now;
        if (!_targets.TryGetValue(target.Name, out var entry) || !entry.Breaker.EnterEarly(now))
        {
            return null;
        }

        var provider = ProviderOf(target.Provider.Name);
        var hasPlace = provider.Queue.TryEnter(target.Provider.Limits.MaxConcurrent);
        if (!hasPlace || provider.Choose(target.Provider, entry, null, null, 1, force: false, now, out _) is not { } key)
        {
            entry.Breaker.Abandoned(Entrance.Probe);
            if (hasPlace)
            {
                provider.Queue.Leave();
            }

            return null;
        }

        PublishProbe(entry, now);
        entry.Begin();
        return new Pass(target, key, config, entry, provider, Entrance.Probe);
    }

    /// <summary>Takes over what another replica knows; news that are not understood are passed over.</summary>
    public void Adopt(string subject, string value)
    {
        var colon = subject.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !HealthBoard.TryRead(value, out var word, out var until, out var at))
        {
            return;
        }

        // A clock far off must not take a target away, nor anybody for longer than anything here would.
        var now = Now;
        if (at > now + 60_000)
        {
            return;
        }

        until = Math.Min(until, at + (long)FailureEffects.Barred.Longest.TotalMilliseconds);
        var rest = subject[(colon + 1)..];
        switch (subject.AsSpan(0, colon))
        {
            case "target" when word == "closed":
                if (_targets.TryGetValue(rest, out var known))
                {
                    known.Breaker.Adopt(BreakerState.Closed, until, at);
                }

                break;
            case "target" when until > now:
                EntryOf(rest).Breaker.Adopt(BreakerState.Open, until, at);
                break;
            case "missing" when until > now:
                EntryOf(rest).Missing.Adopt(ErrorKind.NotFound, until);
                break;
            case "rate" or "key" when until > now && rest.IndexOf(':', StringComparison.Ordinal) is > 0 and var end && Enum.TryParse<ErrorKind>(word, out var kind):
                var cooldown = subject[0] == 'r' ? EntryOf(rest[(end + 1)..]).KeyRest(rest[..end]) : ProviderOf(rest[(end + 1)..]).KeyOf(rest[..end]).Account;
                cooldown.Adopt(kind, until);
                break;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TargetState> Snapshot()
    {
        var states = new List<TargetState>();
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (target, scenarios) in router.Table.All())
        {
            listed.Add(target.Name);
            states.Add(State(target.Name, scenarios, target.Provider));
        }

        // Targets that clients chose themselves.
        foreach (var name in _targets.Keys.Where(n => !listed.Contains(n)).Order(StringComparer.Ordinal).Take(100))
        {
            states.Add(State(name, [Scenario.Direct], null));
        }

        return states;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProviderState> Providers() =>
        [.. _providers.OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => new ProviderState(p.Key, p.Value.Queue.Active, p.Value.Queue.Waiting))];

    private static Refusal Busy(RouteTarget target) =>
        new("busy", $"all places of {target.Provider.Name} are taken (max_concurrent {target.Provider.Limits.MaxConcurrent})", BusyAgain);

    /// <summary>Why the target refuses whatever the key; null when it does not.</summary>
    private static Refusal? Refuses(TargetEntry entry, AdmitMode mode, bool hasBreaker, long now)
    {
        if ((mode & AdmitMode.Force) != 0)
        {
            return null;
        }

        if (entry.Missing.IsCooling(now))
        {
            return new("cooling", $"{entry.Name} was not found", Until(entry.Missing.Until, now)) { Kind = ErrorKind.NotFound };
        }

        return hasBreaker && entry.Breaker.Refuses(now) ? Open(entry, now) : null;
    }

    private static Refusal Open(TargetEntry entry, long now) => new("open", $"{entry.Name} failed too often; it is asked again later", Until(entry.Breaker.Until, now));

    /// <summary>A time ahead; of one that is over, because a probe is under way, a second.</summary>
    private static TimeSpan Until(long until, long now) => TimeSpan.FromMilliseconds(until > now ? until - now : 1000);

    private static Admission Refused(TargetEntry entry, Refusal refusal)
    {
        entry.Refused(refusal.Word);
        return new(null, refusal);
    }

    private static void Leave(Pass pass)
    {
        pass.Entry.End();
        pass.Provider.Queue.Leave();
    }

    private async ValueTask<Admission> WaitAsync(RouteTarget target, ProxyCall call, AdmitMode mode, TargetEntry entry, ProviderEntry provider, CancellationToken cancellationToken)
    {
        var limits = target.Provider.Limits;
        var entered = await provider.Queue.EnterAsync(limits.MaxConcurrent, limits.MaxQueue, limits.MaxWait, Caller.Session(call), Caller.IsBackground(call), cancellationToken).ConfigureAwait(false);
        return entered ? Finish(target, call, mode, entry, provider) : Refused(entry, Busy(target));
    }

    /// <summary>With a place in hand: passes the breaker and takes a key, or gives the place back.</summary>
    private Admission Finish(RouteTarget target, ProxyCall call, AdmitMode mode, TargetEntry entry, ProviderEntry provider)
    {
        var now = Now;
        var force = (mode & AdmitMode.Force) != 0;
        var hasBreaker = call.Config.Breaker.Enabled;
        var refusal = Refuses(entry, mode, hasBreaker, now);
        if (refusal is null)
        {
            var entrance = hasBreaker ? entry.Breaker.Enter(now, force) : Entrance.Usual;
            var tokens = call.Decision?.Tokens?.Tokens ?? call.Body.Length / 4;
            if (entrance == Entrance.Refused)
            {
                refusal = Open(entry, now);
            }
            else if (provider.Choose(target.Provider, entry, call.BoundKeyOf(target.Provider.Name), call.PreferredKeyOf(target.Provider.Name), tokens, force, now, out refusal) is { } key)
            {
                if (entrance == Entrance.Probe)
                {
                    PublishProbe(entry, now);
                }

                entry.Begin();
                return new(new Pass(target, key, call.Config, entry, provider, entrance), null);
            }
            else
            {
                entry.Breaker.Abandoned(entrance);
            }
        }

        provider.Queue.Leave();
        return Refused(entry, refusal!);
    }

    private void Rest(Pass pass, ProviderError error, FailureEffect effect, long now)
    {
        var entry = pass.Entry;
        var (first, longest) = FailureEffects.Barred;
        switch (effect)
        {
            case FailureEffect.KeyRests:
                entry.RateLimitHits.Add();
                var cooldown = pass.Config.Cooldown;
                if (entry.KeyRest(pass.Key.Id).Begin(error.Kind, error.RetryAfter, cooldown.Base, cooldown.Max, Random(), now))
                {
                    entry.RateLimitBackoffs.Add();
                    PublishRest(pass, now);
                }

                break;
            case FailureEffect.KeyBarred when entry.KeyRest(pass.Key.Id).Begin(error.Kind, null, first, longest, Random(), now):
                PublishRest(pass, now);
                break;
            case FailureEffect.AccountBarred when pass.Provider.KeyOf(pass.Key.Id).Account is var account && account.Begin(error.Kind, null, first, longest, Random(), now):
                Board.Put($"key:{pass.Key.Id}:{pass.Target.Provider.Name}", error.Kind.ToString(), account.Until, now);
                break;
            case FailureEffect.TargetMissing when entry.Missing.Begin(error.Kind, FailureEffects.Missing, FailureEffects.Missing, FailureEffects.Missing, 0, now):
                Board.Put($"missing:{entry.Name}", "missing", entry.Missing.Until, now);
                break;
        }
    }

    private void Publish(TargetEntry entry, bool isNews)
    {
        if (isNews)
        {
            var at = entry.Breaker.ChangedAt;
            var isClosed = entry.Breaker.State(Now) == BreakerState.Closed;
            Board.Put($"target:{entry.Name}", isClosed ? "closed" : "open", isClosed ? at : entry.Breaker.Until, at);
        }
    }

    private void PublishProbe(TargetEntry entry, long now) => Board.Put($"target:{entry.Name}", "half-open", Breaker.GraceEnd(now), entry.Breaker.ChangedAt);

    private void PublishRest(Pass pass, long now)
    {
        var rest = pass.Entry.KeyRest(pass.Key.Id);
        Board.Put($"rate:{pass.Key.Id}:{pass.Entry.Name}", rest.Kind.ToString(), rest.Until, now);
    }

    private int CoolingKeys(ProviderConfig provider, TargetEntry entry, long now)
    {
        var cooling = 0;
        var known = _providers.GetValueOrDefault(provider.Name);
        foreach (var key in provider.Keys)
        {
            cooling += entry.IsKeyCooling(key.Id, now) || known?.KeyOf(key.Id).Account.IsCooling(now) == true ? 1 : 0;
        }

        return cooling;
    }

    private TargetEntry EntryOf(string name)
    {
        if (!_targets.TryGetValue(name, out var entry))
        {
            if (_targets.Count >= MostTargets)
            {
                Sweep();
            }

            entry = _targets.GetOrAdd(name, static (n, random) => new TargetEntry(n, random), Random);
        }

        return entry;
    }

    private void Sweep()
    {
        var now = Now;
        foreach (var (name, entry) in _targets)
        {
            if (entry.Active == 0 && now - entry.LastUse > 60_000 && entry.Breaker.State(now) == BreakerState.Closed)
            {
                _targets.TryRemove(name, out _);
            }
        }
    }

    private ProviderEntry ProviderOf(string name) => _providers.GetOrAdd(name, static (_, clock) => new ProviderEntry(clock), time);

    private TargetState State(string name, IReadOnlyList<string> scenarios, ProviderConfig? provider)
    {
        if (!_targets.TryGetValue(name, out var entry))
        {
            return new(name, scenarios, "unknown", null, null, 0, 0) { Keys = provider?.Keys.Count ?? 1 };
        }

        var now = Now;
        provider ??= entry.Provider;
        var breaker = entry.Breaker.State(now);
        var state = entry.LastFailure is not null ? "failing" : entry.Answers.Value > 0 ? "ok" : "unknown";
        return new(name, scenarios, state, entry.Latency.Seconds, entry.LastFailure, entry.Answers.Value, entry.Failures.Value)
        {
            Breaker = breaker switch { BreakerState.Open => "open", BreakerState.HalfOpen => "half-open", _ => "closed" },
            OpenUntil = breaker == BreakerState.Open ? DateTimeOffset.FromUnixTimeMilliseconds(entry.Breaker.Until).UtcDateTime : null,
            Keys = provider?.Keys.Count ?? 1,
            CoolingKeys = provider is null ? 0 : CoolingKeys(provider, entry, now),
            Active = entry.Active,
            Queued = provider is not null && _providers.TryGetValue(provider.Name, out var places) ? places.Queue.Waiting : 0,
            Samples = entry.Latency.Samples,
            RateLimitHits = entry.RateLimitHits.Value,
            RateLimitBackoffs = entry.RateLimitBackoffs.Value,
            Refusals = entry.Refusals.Count == 0 ? TargetState.NoRefusals : entry.Refusals.OrderBy(static r => r.Key, StringComparer.Ordinal).ToDictionary(static r => r.Key, static r => r.Value.Value),
        };
    }
}
