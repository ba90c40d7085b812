using System.Globalization;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Keys;

/// <summary>
/// What a virtual key may: which targets, how often, how much at once, for how much money. Before a request goes out, the most that it may cost is reserved; when it is over, what it really cost is
/// entered instead. A request without a virtual key passes without a thought.
/// </summary>
internal sealed class KeyGate(IKeyBooks books, PriceBook prices, IExactTokenCounter counter, KeyCounters counters, TimeProvider time)
{
    /// <summary>Output beyond this is entered into the tokens of a minute only when it is there: most requests allow far more than they use.</summary>
    public const long MostOutputInWindow = 4096;

    // What providers put around a prompt.
    private const long LeastInput = 64;

    /// <summary>Lets a routed request in, with those targets that its key may have; else says why not.</summary>
    public ValueTask<KeyRefusal?> AdmitAsync(ProxyCall call)
    {
        if (KeyCaller.Of(call.Http)?.Key is not { } key)
        {
            return default;
        }

        if ((key.Models.Count > 0 ? Narrow(call, key) : null) is { } refusal)
        {
            return new(refusal);
        }

        if (key.Models.Count > 0 || key.HasBudget)
        {
            call.MayAsk = target => MayAsk(call, key, target);
        }

        call.KeyHold = LedgerHold.Nothing(call.StartedAt);
        return key.HasLimits ? ReserveAsync(call, key) : default;
    }

    /// <summary>Enters what a request used that is over.</summary>
    public void Settle(ProxyCall call, RequestRecord record)
    {
        if (call.KeyHold is not { } hold || KeyCaller.Of(call.Http)?.Key is not { } key)
        {
            return;
        }

        var cost = 0m;
        var tokens = 0L;
        var isUncounted = false;
        foreach (var attempt in record.Attempts)
        {
            cost += attempt.Cost ?? 0;
            tokens += attempt.Tokens.Input + attempt.Tokens.Output;

            // An answer that was cut off, or given up by the client, before its provider told what it used.
            isUncounted |= attempt.Tokens.IsZero && (attempt.Failure is null || (attempt.Failure is "client_gone" or "cut" && call.TimeToFirstContent is not null));
        }

        var spent = Nano.Of(cost);
        if (!hold.IsReserved && spent == 0 && tokens == 0)
        {
            return;
        }

        books.Settle(key.Id, hold, isUncounted ? Math.Max(spent, hold.Claim.Nano) : spent, isUncounted ? Math.Max(tokens, hold.Claim.Tokens) : tokens);
    }

    /// <summary>Whether a target that is chosen later, for a prompt that is too long, is allowed and no dearer than what was reserved.</summary>
    private bool MayAsk(ProxyCall call, VirtualKey key, RouteTarget target)
    {
        if (!ModelPatterns.Allow(key.Models, call.RequestedModel, target))
        {
            return false;
        }

        if (!key.HasBudget)
        {
            return true;
        }

        var isPriced = CostBound.IsPriced(prices, target, call.StartedAt);
        return isPriced ? Nano.Of(CostBound.Of(prices, [target], call.Body.Length, OutputBound.Of(call.Body.Span, call.Config.Keys.DefaultMaxTokens), call.StartedAt)) <= (call.KeyHold?.Claim.Nano ?? 0) : call.Config.Keys.AllowUnpriced;
    }

    private KeyRefusal? Narrow(ProxyCall call, VirtualKey key)
    {
        var decision = call.Decision!;
        var allowed = new List<RouteTarget>(decision.Targets.Count);
        foreach (var target in decision.Targets)
        {
            if (ModelPatterns.Allow(key.Models, call.RequestedModel, target))
            {
                allowed.Add(target);
            }
        }

        // What the client itself chose is not exchanged for something else.
        if (allowed.Count == 0 || (decision.Scenario == Scenario.Direct && allowed[0] != decision.Targets[0]))
        {
            return Refuse("model", 403, "permission_error",
                $"The key {Shown.Quoted(key.Name)} may not use the model {Shown.Quoted(call.RequestedModel)}, which goes to {Shown.Plain(decision.Targets[0].Name, 120)}; it may use {Shown.Plain(string.Join(", ", key.Models), 400)}.");
        }

        call.Decision = allowed.Count == decision.Targets.Count ? decision : decision with { Targets = allowed };
        return null;
    }

    private async ValueTask<KeyRefusal?> ReserveAsync(ProxyCall call, VirtualKey key)
    {
        var config = call.Config.Keys;
        if (key.HasBudget && !config.AllowUnpriced && DropUnpriced(call, key) is { } refusal)
        {
            return refusal;
        }

        // The size of the body is never less than its tokens. Only a request that this is too much for is counted.
        var output = OutputBound.Of(call.Body.Span, config.DefaultMaxTokens);
        var counted = call.Decision!.Tokens is { Parts: not null } tokens ? WithMargin(tokens.Tokens) : (long?)null;
        var claim = ClaimOf(call, key, counted ?? Math.Max(LeastInput, call.Body.Length), counted ?? TokenEstimate.Of(call.Body.Length).Tokens, output);
        var verdict = await books.ReserveAsync(key, claim, config, call.Http.RequestAborted).ConfigureAwait(false);
        if (counted is null && verdict.Limit is KeyLimit.BudgetDay or KeyLimit.BudgetMonth or KeyLimit.Reserved)
        {
            var exact = await counter.CountExactlyAsync(call.Body, call.Decision.Targets[0].Tokenizer.Encoding, call.Http.RequestAborted).ConfigureAwait(false);
            if (exact.Parts is not null && WithMargin(exact.Tokens) is var input && input < call.Body.Length)
            {
                claim = ClaimOf(call, key, input, input, output);
                verdict = await books.ReserveAsync(key, claim, config, call.Http.RequestAborted).ConfigureAwait(false);
            }
        }

        if (verdict.Hold is { } hold)
        {
            call.KeyHold = hold;
            call.KeyVerdict = verdict;
            return null;
        }

        call.KeyHold = null;
        return Refuse(key, claim, verdict);
    }

    /// <summary>A count by one encoding, with room for what another one or the provider makes of it.</summary>
    private static long WithMargin(long tokens) => tokens + (tokens / 4) + LeastInput;

    private LedgerClaim ClaimOf(ProxyCall call, VirtualKey key, long input, long windowInput, long output) => new(
        key.HasBudget ? Nano.Of(CostBound.Of(prices, call.Decision!.Targets, input, output, call.StartedAt)) : 0,
        key.Tpm is null ? 0 : windowInput + Math.Min(output, MostOutputInWindow));

    private KeyRefusal? DropUnpriced(ProxyCall call, VirtualKey key)
    {
        var decision = call.Decision!;
        var priced = new List<RouteTarget>(decision.Targets.Count);
        foreach (var target in decision.Targets)
        {
            if (CostBound.IsPriced(prices, target, call.StartedAt))
            {
                priced.Add(target);
            }
        }

        if (priced.Count == 0)
        {
            return Refuse("unpriced", 403, "permission_error",
                $"The key {Shown.Quoted(key.Name)} has a budget, and the price of {Shown.Plain(decision.Targets[0].Name, 120)} is not known; give the provider a pricing in the configuration, or set Keys.unpriced to \"allow\".");
        }

        call.Decision = priced.Count == decision.Targets.Count ? decision : decision with { Targets = priced };
        return null;
    }

    private KeyRefusal Refuse(VirtualKey key, LedgerClaim claim, LedgerVerdict verdict)
    {
        var now = time.GetUtcNow();
        var wait = verdict.Reset > now ? verdict.Reset - now : TimeSpan.FromSeconds(1);
        var reset = verdict.Reset.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var name = Shown.Quoted(key.Name);
        var text = verdict.Limit switch
        {
            KeyLimit.Requests => $"The key {name} has had its {key.Rpm} requests of a minute; there is room again at {reset}.",
            KeyLimit.Tokens => $"The key {name} has used {verdict.Tokens} of its {key.Tpm} tokens of a minute, and this request needs about {Math.Min(claim.Tokens, key.Tpm ?? 0)}; there is room again at {reset}.",
            KeyLimit.Concurrency => $"The key {name} has {key.MaxConcurrent} requests under way, which is all it may have at once; ask again when one is over.",
            KeyLimit.BudgetDay => $"The key {name} has spent {Usd(verdict.DaySpent)} of its {Usd(Nano.Of(key.BudgetDay ?? 0))} for today, and this request may cost up to {Usd(claim.Nano)}; the next day begins at {reset}.",
            KeyLimit.BudgetMonth => $"The key {name} has spent {Usd(verdict.MonthSpent)} of its {Usd(Nano.Of(key.BudgetMonth ?? 0))} for this month, and this request may cost up to {Usd(claim.Nano)}; the next month begins at {reset}.",
            KeyLimit.Reserved => $"What the key {name} has left of its budget is reserved by requests under way ({Usd(verdict.Reserved)}), and this one may cost up to {Usd(claim.Nano)}; ask again when one of them is over, from {reset} on.",
            _ => $"The limits of the key {name} cannot be checked, because Redis does not answer; ask again from {reset} on.",
        };
        return verdict.Limit switch
        {
            KeyLimit.BudgetDay or KeyLimit.BudgetMonth => Refuse(verdict.Limit == KeyLimit.BudgetDay ? "budget_day" : "budget_month", 402, "billing_error", text, wait, mayRetry: false),
            KeyLimit.Unreachable => Refuse("unreachable", 503, "overloaded_error", text, wait, mayRetry: true),
            _ => Refuse(Word(verdict.Limit), 429, "rate_limit_error", text, wait, mayRetry: true),
        };
    }

    private KeyRefusal Refuse(string reason, int status, string type, string message, TimeSpan? wait = null, bool mayRetry = false)
    {
        counters.Refused(reason);
        return new(status, type, message) { RetryAfter = wait, MayRetry = mayRetry };
    }

    private static string Word(KeyLimit limit) => limit switch
    {
        KeyLimit.Requests => "requests",
        KeyLimit.Tokens => "tokens",
        KeyLimit.Concurrency => "concurrency",
        _ => "reserved",
    };

    private static string Usd(long nano) => string.Create(CultureInfo.InvariantCulture, $"${Nano.ToUsd(nano):0.00#######}");
}
