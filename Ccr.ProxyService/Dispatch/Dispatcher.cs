using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Repair;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch.Rescue;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Carries a request to its targets until one answers.
/// <code>
/// for each target:  let through? -> send -> first content?   no  -> note the failure; the request's own fault? tell the client; else the same target again, or the next
///                                           too slow?            -> race the next target; the first content wins
///                                           yes -> commit, and carry the answer to its end;  broken on the way? -> another attempt goes on with it
/// </code>
/// </summary>
internal sealed partial class Dispatcher(
    AttemptParts parts,
    RequestRouter router,
    SessionAffinity affinity,
    HedgeDelays hedges,
    MidStreamRescue rescue,
    Pulse pulse,
    IUsageRecorder usage,
    Jitter jitter,
    TimeProvider time,
    ILogger<Dispatcher> log)
{
    /// <summary>Answers the call; returns the HTTP status the client got (499 when it left).</summary>
    /// <exception cref="RequestFormatException">The body does not fit the protocol; nothing was sent yet.</exception>
    public async Task<int> DispatchAsync(ProxyCall call)
    {
        using var client = new ClientStream(call, time, usage);
        call.IsRescued = MidStreamRescue.Applies(call);
        if (!call.Stream)
        {
            return await RunAsync(call, client).ConfigureAwait(false);
        }

        pulse.Join(client);
        try
        {
            return await RunAsync(call, client).ConfigureAwait(false);
        }
        finally
        {
            pulse.Leave(client);
            await client.EndAsync().ConfigureAwait(false);
            if (call.Losers is { } losers)
            {
                await losers.SettleAsync(call, time).ConfigureAwait(false);
            }
        }
    }

    private async Task<int> RunAsync(ProxyCall call, ClientStream client)
    {
        var course = new Course(call, router.Table, time);
        do
        {
            while (!course.IsSpent && course.Next() is { } target)
            {
                if (await AskAsync(call, client, course, target).ConfigureAwait(false) is { } status)
                {
                    return status;
                }

                if (course.Last is { Error: { } error } && (!Failures.TryNext(error.Kind) || (error.Kind == ErrorKind.RateLimited && Failures.PassesRateLimits(call.Config, course.LastTarget!))))
                {
                    return await TellAsync(call, client, course).ConfigureAwait(false);
                }
            }
        }
        while (!course.IsSpent && course.GoRoundAgain());
        return await TellAsync(call, client, course).ConfigureAwait(false);
    }

    private async Task<int> TellAsync(ProxyCall call, ClientStream client, Course course)
    {
        if (call.Http.RequestAborted.IsCancellationRequested)
        {
            call.Failure = "client_gone";
            return 499;
        }

        if (call.Stream && course.IsRejected)
        {
            usage.StreamRejected();
        }

        course.Settle();
        await client.EndAsync().ConfigureAwait(false);
        return await FailureAnswer.TellAsync(call, client, course).ConfigureAwait(false);
    }

    /// <summary>Asks one target, again where that may help. Null when the next one is to be asked.</summary>
    private async Task<int?> AskAsync(ProxyCall call, ClientStream client, Course course, RouteTarget target)
    {
        var policy = call.Config.Router.RetryOf(target);
        RepairPlan? repair = null;
        var waits = 0;
        var keys = 0;
        for (var retry = 0; ; retry++)
        {
            var admission = await parts.Health.AdmitAsync(target, call, course.Mode, call.Http.RequestAborted).ConfigureAwait(false);
            if (admission.Pass is not { } pass)
            {
                var refusal = admission.Refusal!;
                if (course.Ahead.Count == 0 && refusal.Word == "cooling" && refusal.RetryAfter <= policy.MaxRetryAfter && waits++ < 2 && await WaitAsync(call, refusal.RetryAfter.Value).ConfigureAwait(false))
                {
                    // The last one rests for a moment only.
                    retry--;
                    continue;
                }

                course.Refused(target, refusal);
                TargetRefused(log, call.RequestId, target.Name, refusal.Reason);
                RequestTracing.Event(call, "ccr.refused", target.Name, refusal.Word);
                return null;
            }

            var started = time.GetTimestamp();
            var number = course.Begin(target);
            Attempt attempt;
            AttemptOutcome? outcome;
            try
            {
                (attempt, outcome) = await OpenAsync(call, course, new Attempt(parts, call, pass, repair: repair) { IsLater = number > 1 && repair is null }).ConfigureAwait(false);
            }
            catch (RequestFormatException)
            {
                // It cannot be put into the target's dialect: its place must not be lost.
                parts.Health.Abandoned(pass);
                throw;
            }

            using (attempt)
            {
                if (outcome is null)
                {
                    NoteFirstContent(call, attempt);
                    var status = await CarryAsync(call, client, course, attempt, Math.Max(number, call.Attempts.Count + 1)).ConfigureAwait(false);
                    call.UpstreamTime += time.GetElapsedTime(started);
                    return status;
                }

                call.UpstreamTime += time.GetElapsedTime(started);
                if (outcome.ClientGone)
                {
                    return Abandon(call, attempt);
                }

                // With a race the failure may be another target's.
                Note(call, attempt, outcome.Error!);
                if (repair is null && attempt.Repair is { } cure && attempt.Pass.Target == target && !course.IsSpent)
                {
                    // Once: what the same provider refuses again is told as it says it.
                    repair = cure;
                    retry--;
                    Repairing(log, call.RequestId, target.Name, cure.Description);
                    RequestTracing.Event(call, "ccr.repair", target.Name, cure.Description);
                    continue;
                }

                course.Failed(attempt.Pass.Target, outcome);
                if (attempt.Pass.Target == target && Failures.IsOfKey(outcome.Error!.Kind) && ++keys < target.Provider.Keys.Count && !course.IsSpent && !Failures.PassesRateLimits(call.Config, target))
                {
                    // It was this key's: another one of the same provider may serve at once, with the prompt cache's provider kept.
                    retry--;
                    continue;
                }

                if (attempt.Pass.Target != target || retry >= policy.MaxRetries || course.IsSpent || !await PauseAsync(call, outcome.Error!, policy, retry + 1).ConfigureAwait(false))
                {
                    return null;
                }

                RequestTracing.Event(call, "ccr.retry", target.Name, Failures.Word(outcome.Error!.Kind));
            }
        }
    }

    /// <summary>Waits before the same target is asked again; false when it shall not be.</summary>
    private async Task<bool> PauseAsync(ProxyCall call, ProviderError error, RetryPolicy policy, int retry)
    {
        if (!Failures.RetrySame(error.Kind))
        {
            return false;
        }

        var pause = policy.LongestPause(retry) * jitter.Next();
        if (error.RetryAfter is { } wait)
        {
            if (wait > policy.MaxRetryAfter)
            {
                return false;
            }

            // Not a moment sooner than asked; a little later, so that not all come at once.
            pause = wait + (TimeSpan.FromMilliseconds(250) * jitter.Next());
        }

        return await WaitAsync(call, pause).ConfigureAwait(false);
    }

    /// <summary>Waits; false when the client left meanwhile.</summary>
    private async Task<bool> WaitAsync(ProxyCall call, TimeSpan pause)
    {
        var started = time.GetTimestamp();
        try
        {
            await Task.Delay(pause, time, call.Http.RequestAborted).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            call.UpstreamTime += time.GetElapsedTime(started);
        }
    }

    /// <summary>Waits for an attempt's first content; when that takes longer than usual, races the next target against it. Returns the attempt that decided.</summary>
    private async Task<(Attempt Attempt, AttemptOutcome? Outcome)> OpenAsync(ProxyCall call, Course course, Attempt attempt)
    {
        var first = attempt.OpenAsync();
        if (first.IsCompleted || !call.Stream || !call.Config.Hedge.Enabled || course.Ahead.Count == 0)
        {
            return (attempt, await first.ConfigureAwait(false));
        }

        using var delay = new CancellationTokenSource();
        var due = Task.Delay(hedges.For(attempt.Pass.Target, call.Config.Hedge), time, delay.Token);
        if (await Task.WhenAny(first, due).ConfigureAwait(false) == first || course.IsSpent || await SecondAsync(call, course).ConfigureAwait(false) is not { } second)
        {
            await delay.CancelAsync().ConfigureAwait(false);
            return (attempt, await first.ConfigureAwait(false));
        }

        HedgeBegun(log, call.RequestId, attempt.Pass.Target.Name, second.Pass.Target.Name);
        RequestTracing.Event(call, "ccr.hedge", second.Pass.Target.Name, "slow");
        var other = second.OpenAsync();
        var winner = await Task.WhenAny(first, other).ConfigureAwait(false);
        if (await winner.ConfigureAwait(false) is not null)
        {
            // One failed: the other decides.
            var (failed, rest) = winner == first ? (attempt, other) : (second, first);
            Note(call, failed, (await winner.ConfigureAwait(false))!);
            failed.Dispose();
            return (failed == attempt ? second : attempt, await rest.ConfigureAwait(false));
        }

        var (won, lost, losing) = winner == first ? (attempt, second, other) : (second, attempt, first);
        lost.GiveUp();
        var record = new AttemptRecord(lost.Pass.Target.Provider.Name, lost.Pass.Target.Model, 0, "slower", lost.Elapsed) { GenAi = lost.Pass.Target.GenAi };
        call.Attempts.Add(record);
        AttemptTracing.End(lost.Span, record, null);
        if (lost == attempt)
        {
            // It was slower than it ever is, and another one answered meanwhile: a silence, as far as its health goes.
            parts.Health.Failed(lost.Pass, new(ErrorKind.Timeout, 0, "Another target answered first.") { Code = "slower" });
        }
        else
        {
            parts.Health.Abandoned(lost.Pass);
        }

        (call.Losers ??= new()).Add(call.Attempts.Count - 1, DiscardAsync(lost, losing));
        return (won, null);
    }

    private static async Task<TokenCounts> DiscardAsync(Attempt attempt, Task<AttemptOutcome?> opening)
    {
        try
        {
            await opening.ConfigureAwait(false);
        }
        catch (RequestFormatException)
        {
            // It was given up; what it would have said no longer matters.
        }
        finally
        {
            attempt.Dispose();
        }

        return attempt.Counts;
    }

    private async Task<Attempt?> SecondAsync(ProxyCall call, Course course)
    {
        for (var i = 0; i < course.Ahead.Count; i++)
        {
            var target = course.Ahead[i];
            if ((await parts.Health.AdmitAsync(target, call, AdmitMode.NoWait, call.Http.RequestAborted).ConfigureAwait(false)).Pass is { } pass)
            {
                course.Take(target);
                course.Begin(target);
                return new Attempt(parts, call, pass) { IsLater = true };
            }
        }

        return null;
    }

    private async Task<int> CarryAsync(ProxyCall call, ClientStream client, Course course, Attempt attempt, int number)
    {
        if (call.Stream)
        {
            usage.StreamStarted();
        }

        try
        {
            var outcome = await attempt.CarryAsync(client, number).ConfigureAwait(false);
            if (outcome.ClientGone)
            {
                return Abandon(call, attempt);
            }

            if (outcome.Error is not { } error)
            {
                Succeed(call, attempt);
                return StatusCodes.Status200OK;
            }

            Note(call, attempt, error);
            var status = await rescue.RunAsync(call, client, course, attempt, error).ConfigureAwait(false);
            if (call.Failure is not (null or "client_gone"))
            {
                affinity.Forget(call);
            }

            return status;
        }
        finally
        {
            if (call.Stream)
            {
                usage.StreamEnded();
            }
        }
    }

    private void NoteFirstContent(ProxyCall call, Attempt attempt)
    {
        if (call.Stream && attempt.FirstContent is { } first)
        {
            parts.Health.FirstContent(attempt.Pass, first);
            hedges.Observe(attempt.Pass.Target, first);
        }
    }

    private void Succeed(ProxyCall call, Attempt attempt)
    {
        var target = attempt.Pass.Target;
        call.Finish(attempt, StatusCodes.Status200OK, null);
        parts.Health.Succeeded(attempt.Pass, attempt.Elapsed);
        affinity.Served(call, target, attempt.Pass.Key);
        call.Failure = null;
    }

    private int Abandon(ProxyCall call, Attempt attempt)
    {
        parts.Health.Abandoned(attempt.Pass);
        call.Finish(attempt, 0, "client_gone");
        call.Failure = "client_gone";
        return 499;
    }

    private void Note(ProxyCall call, Attempt attempt, AttemptOutcome outcome)
    {
        if (outcome.ClientGone)
        {
            parts.Health.Abandoned(attempt.Pass);
            call.Finish(attempt, 0, "client_gone");
        }
        else
        {
            Note(call, attempt, outcome.Error!);
        }
    }

    private void Note(ProxyCall call, Attempt attempt, ProviderError error)
    {
        var word = Failures.Word(error.Kind);
        call.Finish(attempt, error.Status, word);
        parts.Health.Failed(attempt.Pass, error);
        call.Failure = word;
        AttemptFailed(log, call.RequestId, attempt.Pass.Target.Name, word, error.Status, error.Message);
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "{RequestId}: {Target} failed: {Failure} (status {Status}): {Reason}")]
    private static partial void AttemptFailed(ILogger log, string requestId, string target, string failure, int status, string reason);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "{RequestId}: {Target} was not asked: {Reason}")]
    private static partial void TargetRefused(ILogger log, string requestId, string target, string reason);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Information, Message = "{RequestId}: {Target} refused the request; once more, with a repair: {Repair}")]
    private static partial void Repairing(ILogger log, string requestId, string target, string repair);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "{RequestId}: {Target} is slow; {Second} is raced against it")]
    private static partial void HedgeBegun(ILogger log, string requestId, string target, string second);
}
