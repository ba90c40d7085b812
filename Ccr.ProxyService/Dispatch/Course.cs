using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Routing;

namespace Ccr.ProxyService.Dispatch;

/// <summary>How far one request has come: whom it may still ask, what was tried, and what the client would be told if nothing more came of it.</summary>
internal sealed class Course(ProxyCall call, RouteTable table, TimeProvider time)
{
    /// <summary>The code of a failure that is none of a provider: the request cannot be said in its dialect.</summary>
    public const string Untranslatable = "untranslatable";

    private readonly List<RouteTarget> _ahead = [.. call.Decision!.Targets];
    private readonly List<string> _contextTooShort = [];
    private AttemptOutcome? _tooLong;
    private RouteTarget? _tooLongTarget;
    private readonly List<RouteTarget> _doubted = [];
    private int _begun;
    private bool _forced;
    private bool _isRefusal;
    private bool _isLimit;
    private bool _failuresAreHopeless = true;
    private bool _refusalsAreHopeless = true;

    /// <summary>What the client is told when all is in vain; null while nothing failed.</summary>
    public AttemptOutcome? Last { get; private set; }

    /// <summary>Whose failure that is.</summary>
    public RouteTarget? LastTarget { get; private set; }

    /// <summary>True while every failure was one that asking again cannot cure.</summary>
    public bool IsHopeless => _failuresAreHopeless && _refusalsAreHopeless;

    /// <summary>True when no further call may be begun.</summary>
    public bool IsSpent => _begun >= call.Config.Budget.MaxAttempts || time.GetElapsedTime(call.StartTimestamp) > call.Config.Budget.MaxTime || call.Http.RequestAborted.IsCancellationRequested;

    /// <summary>True when nobody was asked, and what the client is told is a limit of the configuration.</summary>
    public bool IsRejected => _isLimit && call.Attempts.Count == 0;

    /// <summary>The targets that were not asked yet.</summary>
    public IReadOnlyList<RouteTarget> Ahead => _ahead;

    /// <summary>The next target; null when there is none.</summary>
    public RouteTarget? Next()
    {
        if (_ahead.Count == 0)
        {
            return null;
        }

        var target = _ahead[0];
        _ahead.RemoveAt(0);
        return target;
    }

    /// <summary>Takes one target out of turn.</summary>
    public void Take(RouteTarget target) => _ahead.Remove(target);

    /// <summary>A call begins; returns its number, from 1.</summary>
    public int Begin(RouteTarget target)
    {
        call.Asked = target;
        return ++_begun;
    }

    /// <summary>A target was not asked, and why.</summary>
    public void Refused(RouteTarget target, Refusal refusal)
    {
        _refusalsAreHopeless &= Failures.IsHopeless(refusal.Kind);
        if (refusal.YieldsToForce && !_forced)
        {
            _doubted.Add(target);
        }

        if (Last is null || (_isRefusal && refusal.RetryAfter < Last.Error!.RetryAfter))
        {
            _isRefusal = true;
            _isLimit = refusal.Word is "limit" or "busy";
            Last = new(new(refusal.Kind, 0, refusal.Reason) { Code = refusal.Kind == ErrorKind.RateLimited ? "rate_limited" : null, RetryAfter = refusal.RetryAfter }, false);
            LastTarget = target;
        }
    }

    /// <summary>Nobody answered: once more those who refused for something that a try may prove wrong, such as an open breaker. False when there are none.</summary>
    public bool GoRoundAgain()
    {
        if (_forced || _doubted.Count == 0)
        {
            return false;
        }

        _forced = true;
        _refusalsAreHopeless = true;
        _ahead.AddRange(_doubted);
        return true;
    }

    /// <summary>How a target is asked to let the call through: nobody waits for a place while others may have one.</summary>
    public AdmitMode Mode => (_ahead.Count > 0 ? AdmitMode.NoWait : AdmitMode.Wait) | (_forced ? AdmitMode.Force : AdmitMode.Wait);

    /// <summary>A call failed before anything was sent to the client.</summary>
    public void Failed(RouteTarget target, AttemptOutcome outcome)
    {
        var error = outcome.Error!;
        if (error.Code == Untranslatable && Last is not null)
        {
            return;
        }

        _failuresAreHopeless &= Failures.IsHopeless(error.Kind);
        _isRefusal = false;
        _isLimit = false;
        Last = outcome;
        LastTarget = target;
        if (error.Kind == ErrorKind.ContextTooLong)
        {
            _tooLong ??= outcome;
            _tooLongTarget ??= target;
            _contextTooShort.Add(target.Model);
            PreferLarger();
        }
    }

    /// <summary>Of all failures the one that the client can act on: a prompt that is too long is made shorter, whatever else failed after it.</summary>
    public void Settle()
    {
        if (_tooLong is not null)
        {
            Last = _tooLong;
            LastTarget = _tooLongTarget;
        }
    }

    /// <summary>The route for long prompts comes first now, and the same model elsewhere not at all.</summary>
    private void PreferLarger()
    {
        _ahead.RemoveAll(t => _contextTooShort.Contains(t.Model, StringComparer.OrdinalIgnoreCase));
        if (call.Decision!.IsSole || table.For(Scenario.LongContext) is not { } larger)
        {
            return;
        }

        for (var i = larger.Length - 1; i >= 0; i--)
        {
            if (call.MayAsk?.Invoke(larger[i]) != false && !_contextTooShort.Contains(larger[i].Model, StringComparer.OrdinalIgnoreCase) && !call.Attempts.Exists(a => a.Provider == larger[i].Provider.Name && a.Model == larger[i].Model))
            {
                _ahead.RemoveAll(t => t.Name == larger[i].Name);
                _ahead.Insert(0, larger[i]);
            }
        }
    }
}
