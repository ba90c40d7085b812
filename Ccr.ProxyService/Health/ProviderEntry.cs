using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Health;

/// <summary>What is known of one provider: its places, its keys, and what is left of its limits.</summary>
internal sealed class ProviderEntry(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeyEntry> _keys = new(StringComparer.Ordinal);
    private readonly TokenBucket _requests = new();
    private readonly TokenBucket _tokens = new();

    /// <summary>Its places.</summary>
    public FairQueue Queue { get; } = new(time);

    /// <summary>What is known of a key.</summary>
    public KeyEntry KeyOf(string id)
    {
        lock (_gate)
        {
            return KeyOfLocked(id);
        }
    }

    /// <summary>
    /// Chooses a key by weight among those that do not rest and have something left, and takes the call off the limits; or says why there is none. Smooth weighted round: every
    /// usable key gains its weight, the richest is taken and pays the sum, so that keys of weight 3 and 1 come as a, a, b, a.
    /// </summary>
    /// <param name="provider">The provider as configured.</param>
    /// <param name="target">The target.</param>
    /// <param name="boundKey">The id of the only key that may be used; null, or that of a key that is no longer there, for any.</param>
    /// <param name="preferredKey">The id of the key that is taken where it may be used: the session's prompt cache is its account's; null for none.</param>
    /// <param name="tokens">The estimated size of the call.</param>
    /// <param name="force">Goes past keys that are barred.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="refusal">Why there is none.</param>
    public ProviderKey? Choose(ProviderConfig provider, TargetEntry target, string? boundKey, string? preferredKey, long tokens, bool force, long now, out Refusal? refusal)
    {
        lock (_gate)
        {
            refusal = null;
            var limits = provider.Limits;
            var wait = WaitFor(_requests, _tokens, limits.RequestsPerMinute, limits.TokensPerMinute, tokens, now);
            if (wait > 0)
            {
                refusal = Limited($"the limit set for {provider.Name} is reached", wait);
                return null;
            }

            var keys = provider.Keys;
            var bound = boundKey is null ? null : Find(keys, boundKey);
            ProviderKey? chosen = null;
            KeyEntry? richest = null;
            var sum = 0L;
            for (var i = 0; i < keys.Count; i++)
            {
                var key = keys[i];
                if (bound is not null && !ReferenceEquals(key, bound))
                {
                    continue;
                }

                var entry = KeyOfLocked(key.Id);
                if (Rest(entry, target, key, force, now) is { } rest)
                {
                    refusal = Sooner(refusal, rest);
                    continue;
                }

                wait = WaitFor(entry.Requests, entry.Tokens, key.RequestsPerMinute, key.TokensPerMinute, tokens, now);
                if (wait > 0)
                {
                    refusal = Sooner(refusal, Limited($"the limit set for {key.Name} of {provider.Name} is reached", wait));
                    continue;
                }

                if (preferredKey is not null && key.Id == preferredKey)
                {
                    // The others keep what they have gained: a session that stays is no turn of the round.
                    refusal = null;
                    Take(_requests, _tokens, limits.RequestsPerMinute, limits.TokensPerMinute, tokens);
                    Take(entry.Requests, entry.Tokens, key.RequestsPerMinute, key.TokensPerMinute, tokens);
                    return key;
                }

                entry.Credit += key.Weight;
                sum += key.Weight;
                if (richest is null || entry.Credit > richest.Credit)
                {
                    (chosen, richest) = (key, entry);
                }
            }

            if (chosen is null)
            {
                return null;
            }

            refusal = null;
            richest!.Credit -= sum;
            Take(_requests, _tokens, limits.RequestsPerMinute, limits.TokensPerMinute, tokens);
            Take(richest.Requests, richest.Tokens, chosen.RequestsPerMinute, chosen.TokensPerMinute, tokens);
            return chosen;
        }
    }

    /// <summary>The rest that keeps a key from being used for a target now; null when none does.</summary>
    private static Refusal? Rest(KeyEntry entry, TargetEntry target, ProviderKey key, bool force, long now)
    {
        var account = entry.Account.IsCooling(now) && !force ? entry.Account : null;
        var here = target.IsKeyCooling(key.Id, now) ? target.KeyRest(key.Id) : null;
        if (here is not null && force && here.Kind != ErrorKind.RateLimited)
        {
            here = null;
        }

        var longer = account is not null && (here is null || account.Until > here.Until) ? account : here;
        return longer is null ? null : new("cooling", $"{key.Name} of {target.Name} rests: {Failures.Word(longer.Kind)}", TimeSpan.FromMilliseconds(Math.Max(1, longer.Until - now))) { Kind = longer.Kind };
    }

    private static Refusal Limited(string reason, long wait) => new("limit", reason, TimeSpan.FromMilliseconds(wait)) { Kind = ErrorKind.RateLimited };

    /// <summary>Of several keys' reasons the one that ends first.</summary>
    private static Refusal Sooner(Refusal? one, Refusal other) => one is null || other.RetryAfter < one.RetryAfter ? other : one;

    private static long WaitFor(TokenBucket requests, TokenBucket tokens, int? requestLimit, int? tokenLimit, long size, long now)
    {
        var wait = requestLimit is { } most ? requests.WaitFor(1, most, now) : 0;
        return tokenLimit is { } largest ? Math.Max(wait, tokens.WaitFor(size, largest, now)) : wait;
    }

    private static void Take(TokenBucket requests, TokenBucket tokens, int? requestLimit, int? tokenLimit, long size)
    {
        if (requestLimit is not null)
        {
            requests.Take(1);
        }

        if (tokenLimit is not null)
        {
            tokens.Take(size);
        }
    }

    private static ProviderKey? Find(IReadOnlyList<ProviderKey> keys, string id)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Id == id)
            {
                return keys[i];
            }
        }

        return null;
    }

    private KeyEntry KeyOfLocked(string id)
    {
        if (!_keys.TryGetValue(id, out var entry))
        {
            _keys[id] = entry = new();
        }

        return entry;
    }
}
