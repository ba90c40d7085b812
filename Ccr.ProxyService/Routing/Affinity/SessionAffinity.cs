using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// Keeps a session with the target that served it, for as long as the provider's prompt cache is warm and the target is healthy. Only an answer that came whole binds; one that came from
/// elsewhere moves the session there.
/// </summary>
internal sealed class SessionAffinity(AffinityTable table, ITargetFacts facts, AffinityCounters counters, TimeProvider time, IEnumerable<ISharedBindings> shares)
{
    /// <summary>The rule's name in route steps.</summary>
    public const string Rule = "affinity";

    private static readonly RouteStep New = new(Rule, false, "a session not seen before");

    private readonly ISharedBindings? _share = shares.FirstOrDefault();

    /// <summary>
    /// Finds out which session a request belongs to and where it was served. Asks the other replicas only about sessions that this one does not know.
    /// </summary>
    public ValueTask RecogniseAsync(ProxyCall call, RouteDecision decision, CancellationToken cancellationToken)
    {
        if (!call.Config.Affinity.Enabled || !IsChoice(decision.Targets))
        {
            return default;
        }

        var key = SessionKeys.Of(call, decision.Scenario);
        if (key.IsEmpty)
        {
            return default;
        }

        if (table.Find(key) is { } known || _share is null)
        {
            call.Session = new(key, Fresh(table.Find(key), call.Config.Affinity));
            return default;
        }

        var asked = _share.FindAsync(key, cancellationToken);
        if (!asked.IsCompletedSuccessfully)
        {
            return AwaitAsync(call, key, asked);
        }

        call.Session = new(key, Fresh(asked.Result, call.Config.Affinity));
        return default;
    }

    /// <summary>Brings the session's target to the front where that is worth something; <paramref name="step"/> says what was done and why, null without a session.</summary>
    public IReadOnlyList<RouteTarget> Place(IReadOnlyList<RouteTarget> targets, bool isPinned, ProxyCall call, out RouteStep? step)
    {
        step = null;
        if (call.Session is not { } session)
        {
            return targets;
        }

        if (session.Binding is not { } binding)
        {
            counters.Miss.Add();
            step = New;
            return targets;
        }

        var at = IndexOf(targets, binding.Target);
        if (at < 0)
        {
            counters.Miss.Add();
            step = new(Rule, false, $"{binding.Target}, which served the session, is not among these targets");
            return targets;
        }

        if (!facts.Of(binding.Target).IsUsable)
        {
            return Leave(targets, session, counters.Yielded, "refused", $"{binding.Target}, which served the session, takes no requests now", out step);
        }

        if (at > 0 && isPinned)
        {
            return Leave(targets, session, counters.Yielded, "chosen", $"the client's own choice comes before {binding.Target}, which served the session", out step);
        }

        // Encrypted reasoning can only be read by the account that wrote it: the cache may be cold, the key must be the same.
        var isEncrypted = binding.Key is not null && targets[at].Provider.Protocol == Dialect.OpenAIResponses && HoldsEncryptedReasoning(call);
        var idle = time.GetUtcNow().ToUnixTimeMilliseconds() - binding.ServedAt;
        var isCold = idle > call.Config.Affinity.Warm.TotalMilliseconds;
        if (isCold && !isEncrypted && (at == 0 || facts.Of(targets[0].Name).IsUsable))
        {
            return Leave(targets, session, counters.Cold, "cold", $"the session's prompt cache at {binding.Target} is cold after {Seconds(idle)} s", out step);
        }

        counters.Hit.Add();
        if (binding.Key is { } key)
        {
            call.PreferredKey = (targets[at].Provider.Name, key);
            call.BoundKey = isEncrypted ? call.PreferredKey : null;
        }

        var why = isEncrypted ? $"the session's encrypted reasoning belongs to {binding.Target}" : $"the session's prompt cache is {(isCold ? "at" : "warm at")} {binding.Target}, used {Seconds(idle)} s ago";
        step = new(Rule, at > 0, binding.MovedFrom is { } from ? $"{why}; moved from {from} to {binding.Target}: {binding.MovedBecause}" : why);
        return at == 0 ? targets : ToFront(targets, at);
    }

    /// <summary>An answer came whole: the session is with this target now.</summary>
    public void Served(ProxyCall call, RouteTarget target, ProviderKey key)
    {
        if (call.Session is not { } session)
        {
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var config = call.Config.Affinity;
        var before = Fresh(table.Find(session.Key), config) ?? session.Binding;
        var isMove = before is not null && before.Target != target.Name;
        var from = isMove ? before!.Target : before is null && call.Attempts.Count > 1 ? Name(call.Attempts[0]) : null;
        var binding = new AffinityBinding(target.Name, IdOf(key), now) { SharedAt = before?.SharedAt ?? 0 };
        if (from is not null && from != target.Name)
        {
            var because = FailureOf(call, from) ?? session.Left ?? "another target answered";
            binding = binding with { MovedFrom = from, MovedBecause = because };
            if (because != "cold")
            {
                counters.Moved.Add();
            }
        }

        // The others need no news of every answer: what they hold may lag behind by a fifth of the warm time.
        var isNews = isMove || before is null || before.Key != IdOf(key) || now - before.SharedAt > config.Warm.TotalMilliseconds / 5;
        if (isNews)
        {
            binding = binding with { SharedAt = now };
        }

        table.Put(session.Key, binding, config.Ttl);
        if (isNews)
        {
            _share?.Put(session.Key, binding, config.Ttl, isMove);
        }
    }

    /// <summary>An answer broke off, or nobody answered: the session's next request goes by the order again. Not for a client that left.</summary>
    public void Forget(ProxyCall call)
    {
        if (call.Session is { } session && (session.Binding ?? table.Find(session.Key)) is not null)
        {
            table.Remove(session.Key);
            _share?.Put(session.Key, null, call.Config.Affinity.Ttl, moved: true);
        }
    }

    /// <summary>Whether there is anything to choose: more than one target.</summary>
    private static bool IsChoice(IReadOnlyList<RouteTarget> targets) => targets.Count > 1 || targets[0].Provider.Keys.Count > 1;

    /// <summary>What a binding knows a key by.</summary>
    private static string IdOf(ProviderKey key) => key.Id;

    private async ValueTask AwaitAsync(ProxyCall call, SessionKey key, ValueTask<AffinityBinding?> asked) =>
        call.Session = new(key, Fresh(await asked.ConfigureAwait(false), call.Config.Affinity));

    private AffinityBinding? Fresh(AffinityBinding? binding, AffinityConfig config) =>
        binding is not null && time.GetUtcNow().ToUnixTimeMilliseconds() - binding.ServedAt <= config.Ttl.TotalMilliseconds ? binding : null;

    private static IReadOnlyList<RouteTarget> Leave(IReadOnlyList<RouteTarget> targets, SessionTicket session, Counter counter, string word, string reason, out RouteStep step)
    {
        counter.Add();
        session.Left = word;
        step = new(Rule, false, reason);
        return targets;
    }

    private static RouteTarget[] ToFront(IReadOnlyList<RouteTarget> targets, int at)
    {
        var list = new RouteTarget[targets.Count];
        list[0] = targets[at];
        for (int from = 0, to = 1; from < targets.Count; from++)
        {
            if (from != at)
            {
                list[to++] = targets[from];
            }
        }

        return list;
    }

    private static int IndexOf(IReadOnlyList<RouteTarget> targets, string name)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            if (targets[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A member of that name, and not the word in "include".</summary>
    private static bool HoldsEncryptedReasoning(ProxyCall call) =>
        call.Client.Dialect == Dialect.OpenAIResponses && call.Body.Span.IndexOf("\"encrypted_content\""u8) >= 0;

    private static string? FailureOf(ProxyCall call, string target)
    {
        for (var i = call.Attempts.Count - 1; i >= 0; i--)
        {
            if (call.Attempts[i].Failure is { } failure && Name(call.Attempts[i]) == target)
            {
                return failure;
            }
        }

        return null;
    }

    private static string Name(AttemptRecord attempt) => $"{attempt.Provider},{attempt.Model}";

    private static string Seconds(long milliseconds) => (Math.Max(0, milliseconds) / 1000).ToString(CultureInfo.InvariantCulture);
}
