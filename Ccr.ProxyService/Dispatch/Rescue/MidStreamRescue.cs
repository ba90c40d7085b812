using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Telemetry;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>
/// Goes on with a stream that broke after the client had got a part of it, so that the client sees one message. Text is continued by the next target; a call that was
/// not complete was never shown and is asked for again; after a complete call the message ends, because the agent's next turn goes on from there. Where nothing
/// helps, the stream ends in an error event.
/// </summary>
internal sealed partial class MidStreamRescue(AttemptParts parts, SessionAffinity affinity, ILogger<MidStreamRescue> log)
{
    /// <summary>Whether a call's stream would be rescued: not where it is switched off, for all or for the client's program.</summary>
    public static bool Applies(ProxyCall call)
    {
        var config = call.Config.Rescue;
        if (!config.Enabled || !call.Stream || call.Decision!.Targets[0].Provider.ForwardsClientCredentials)
        {
            return false;
        }

        if (config.ErrorFor.Count == 0)
        {
            return true;
        }

        var application = ClientApplications.Of(call.Http.Request.Headers);
        for (var i = 0; i < config.ErrorFor.Count; i++)
        {
            if (config.ErrorFor[i].Equals(application, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Rescues what an attempt left behind; returns the status the client got.</summary>
    public async Task<int> RunAsync(ProxyCall call, ClientStream client, Course course, Attempt broken, ProviderError error)
    {
        if (call.IsRescued && Failures.IsRescuable(error) && await broken.TryConcludeAsync(client).ConfigureAwait(false))
        {
            Concluded(log, call.RequestId, broken.Pass.Target.Name);
            call.StopReason = broken.StopReason ?? call.StopReason;
            call.Failure = null;
            return StatusCodes.Status200OK;
        }

        var message = call.IsRescued && Failures.IsRescuable(error) ? broken.TakeMessage() : null;
        if (message is null)
        {
            await broken.SayErrorAsync(client, error).ConfigureAwait(false);
            return StatusCodes.Status200OK;
        }

        RequestTracing.Event(call, "ccr.rescue", broken.Pass.Target.Name, Failures.Word(error.Kind));
        message.Journal.DropOpenCall();
        if (message.Journal.HasCall)
        {
            await WriteAsync(client, message, static m => End(m)).ConfigureAwait(false);
            Ended(log, call.RequestId, broken.Pass.Target.Name);
            call.StopReason = "tool_use";
            call.Failure = null;
            return StatusCodes.Status200OK;
        }

        if (message.Journal.IsInThinking)
        {
            await WriteAsync(client, message, static m => m.EndBlock()).ConfigureAwait(false);
        }

        // Those that were not asked yet, then the one that broke: a connection may break without its server being at fault. At last those that refused.
        var ahead = new Queue<(RouteTarget Target, AdmitMode Mode)>();
        while (course.Next() is { } next)
        {
            ahead.Enqueue((next, AdmitMode.NoWait));
        }

        ahead.Enqueue((broken.Pass.Target, AdmitMode.NoWait));
        while (!course.IsSpent && ahead.TryDequeue(out var one))
        {
            var (target, mode) = one;
            var outcome = await ContinueAsync(call, client, course, target, mode, message).ConfigureAwait(false);
            if (outcome is null)
            {
                if (mode == AdmitMode.NoWait)
                {
                    ahead.Enqueue((target, AdmitMode.NoWait | AdmitMode.Force));
                }

                continue;
            }

            if (outcome.ClientGone)
            {
                return 499;
            }

            if (outcome.Error is null)
            {
                Continued(log, call.RequestId, target.Name, broken.Pass.Target.Name);
                call.Failure = null;
                return StatusCodes.Status200OK;
            }

            error = outcome.Error;
            if (!Failures.IsRescuable(error) && !Failures.TryNext(error.Kind))
            {
                break;
            }

            message.Journal.DropOpenCall();
            if (message.Journal.HasCall)
            {
                await WriteAsync(client, message, static m => End(m)).ConfigureAwait(false);
                call.StopReason = "tool_use";
                call.Failure = null;
                return StatusCodes.Status200OK;
            }
        }

        await WriteAsync(client, message, m => m.Error(error)).ConfigureAwait(false);
        return StatusCodes.Status200OK;
    }

    /// <summary>Asks one target to go on; null when it was not asked. One that does not take the answer so far as its own words is asked in words.</summary>
    private async Task<AttemptOutcome?> ContinueAsync(ProxyCall call, ClientStream client, Course course, RouteTarget target, AdmitMode mode, ClientMessage message)
    {
        var prefill = Continuation.TakesPrefill(target.Plan);
        while (true)
        {
            if ((await parts.Health.AdmitAsync(target, call, mode, call.Http.RequestAborted).ConfigureAwait(false)).Pass is not { } pass)
            {
                return null;
            }

            var number = course.Begin(target);
            var continuation = Continuation.Of(message, call.Canonical, prefill);
            if (!ReferenceEquals(continuation.Request, call.Canonical))
            {
                // It is asked with the answer so far, which is not in our count.
                call.Decision!.Sample = null;
            }

            using var attempt = new Attempt(parts, call, pass, continuation) { IsLater = true };
            var outcome = await attempt.OpenAsync().ConfigureAwait(false) ?? await attempt.CarryAsync(client, number).ConfigureAwait(false);
            call.UpstreamTime += attempt.Elapsed;
            if (outcome.ClientGone)
            {
                parts.Health.Abandoned(pass);
                call.Finish(attempt, 0, "client_gone");
                call.Failure = "client_gone";
                return outcome;
            }

            if (outcome.Error is not { } error)
            {
                parts.Health.Succeeded(pass, attempt.Elapsed);
                call.Finish(attempt, StatusCodes.Status200OK, null);
                affinity.Served(call, target, pass.Key);
                return outcome;
            }

            parts.Health.Failed(pass, error);
            call.Failure = Failures.Word(error.Kind);
            call.Finish(attempt, error.Status, call.Failure);
            Failed(log, call.RequestId, target.Name, call.Failure, error.Message);
            if (!prefill || error.Kind != ErrorKind.InvalidRequest || course.IsSpent)
            {
                return outcome;
            }

            prefill = false;
        }
    }

    private static void End(ClientMessage message)
    {
        if (message.Journal.IsInText || message.Journal.IsInThinking)
        {
            message.EndBlock();
        }

        message.End(StopReason.ToolUse, default);
    }

    private static async Task WriteAsync(ClientStream client, ClientMessage message, Action<ClientMessage> write)
    {
        await client.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            write(message);
            await client.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            // The client left meanwhile; there is nobody to tell.
        }
        finally
        {
            client.Exit();
        }
    }

    [LoggerMessage(EventId = 2010, Level = LogLevel.Information, Message = "{RequestId}: {Target} goes on with the answer that {Broken} broke off")]
    private static partial void Continued(ILogger log, string requestId, string target, string broken);

    [LoggerMessage(EventId = 2011, Level = LogLevel.Information, Message = "{RequestId}: {Target} broke off after a complete call; the message ends with it")]
    private static partial void Ended(ILogger log, string requestId, string target);

    [LoggerMessage(EventId = 2013, Level = LogLevel.Information, Message = "{RequestId}: {Target} did not send its last event; the answer is whole without it")]
    private static partial void Concluded(ILogger log, string requestId, string target);

    [LoggerMessage(EventId = 2012, Level = LogLevel.Warning, Message = "{RequestId}: {Target} could not go on with the answer: {Failure}: {Reason}")]
    private static partial void Failed(ILogger log, string requestId, string target, string failure, string reason);
}
