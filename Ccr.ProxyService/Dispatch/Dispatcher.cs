using System.Globalization;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Carries a request to its targets, one after the other, until one answers.
/// <code>
/// for each target:   send -> answer begins?  no  -> note the failure; the request's own fault? tell the client, else next target
///                                            yes -> commit: from here on only this target can finish, or the stream ends in an error event
/// </code>
/// </summary>
internal sealed partial class Dispatcher(PassThroughAttempt passThrough, TranslatedAttempt translated, TargetHealth health, TimeProvider time, ILogger<Dispatcher> log)
{
    /// <summary>Answers the call; returns the HTTP status the client got (499 when it left).</summary>
    /// <exception cref="RequestFormatException">The body does not fit the protocol; nothing was sent yet.</exception>
    public async Task<int> DispatchAsync(ProxyCall call)
    {
        var targets = call.Decision!.Targets;
        AttemptOutcome? last = null;
        RouteTarget? lastTarget = null;
        var hopeless = true;
        Refusal? refused = null;
        RouteTarget? refuser = null;
        var (force, yields) = (false, false);
        var asked = new bool[targets.Count];
        var i = 0;
        for (; i < targets.Count || Again(); i++)
        {
            var target = targets[i];
            if (asked[i])
            {
                continue;
            }

            var mode = (i < targets.Count - 1 ? AdmitMode.NoWait : AdmitMode.Wait) | (force ? AdmitMode.Force : AdmitMode.Wait);
            var admission = await health.AdmitAsync(target, call, mode, call.Http.RequestAborted).ConfigureAwait(false);
            if (admission.Pass is not { } pass)
            {
                var refusal = admission.Refusal!;
                if (refused is null || (refused.RetryAfter > refusal.RetryAfter && refusal.Kind == ErrorKind.RateLimited))
                {
                    (refused, refuser) = (refusal, target);
                }

                if (refusal.Kind == ErrorKind.RateLimited && PassesRateLimits(call, target))
                {
                    (refused, refuser) = (refusal, target);
                    break;
                }

                yields |= refusal.YieldsToForce;
                continue;
            }

            asked[i] = true;
            var started = time.GetTimestamp();
            AttemptOutcome outcome;
            try
            {
                outcome = PassesThrough(call, target)
                    ? await passThrough.RunAsync(call, target.Plan, pass, call.Attempts.Count).ConfigureAwait(false)
                    : await translated.RunAsync(call, target.Plan, pass, call.Attempts.Count).ConfigureAwait(false);
            }
            catch
            {
                // A request that cannot be put into the target's dialect, for one: its place must not be lost.
                health.Abandoned(pass);
                throw;
            }

            var duration = time.GetElapsedTime(started);
            call.UpstreamTime += duration;

            if (outcome.ClientGone)
            {
                health.Abandoned(pass);
                call.Attempts.Add(new(target.Provider.Name, target.Model, 0, "client_gone", duration));
                call.Failure = "client_gone";
                return 499;
            }

            if (outcome.Error is not { } error)
            {
                call.Attempts.Add(new(target.Provider.Name, target.Model, 200, null, duration));
                health.FirstContent(pass, call.TimeToFirstContent ?? duration);
                health.Succeeded(pass, duration);
                call.Failure = null;
                return 200;
            }

            var word = Failures.Word(error.Kind);
            call.Attempts.Add(new(target.Provider.Name, target.Model, error.Status, word, duration));
            health.Failed(pass, error);
            call.Failure = word;
            AttemptFailed(log, call.RequestId, target.Name, word, error.Status, error.Message);
            if (outcome.Committed)
            {
                return 200;
            }

            hopeless &= Failures.IsHopeless(error.Kind);
            last = outcome;
            lastTarget = target;
            if (!Failures.TryNext(error.Kind) || (error.Kind == ErrorKind.RateLimited && PassesRateLimits(call, target)) || call.Http.RequestAborted.IsCancellationRequested)
            {
                break;
            }
        }

        if (last is null)
        {
            call.Failure = Failures.Word(refused!.Kind);
            last = new(new(refused.Kind, 0, refused.Reason) { Code = refused.Kind == ErrorKind.RateLimited ? "rate_limited" : null, RetryAfter = refused.RetryAfter }, false);
            (lastTarget, hopeless) = (refuser, false);
        }

        return await TellClientAsync(call, lastTarget!, last, hopeless).ConfigureAwait(false);

        // Nobody answered: once more those who refused for something that a try may prove wrong.
        bool Again()
        {
            if (!yields || force)
            {
                return false;
            }

            (force, i, refused) = (true, 0, null);
            return true;
        }
    }

    private static bool PassesRateLimits(ProxyCall call, RouteTarget target) =>
        (target.Provider.RateLimitPolicy ?? call.Config.Router.RateLimitPolicy) == RateLimitPolicy.Passthrough;

    /// <summary>
    /// Whether the client's bytes can go as they are: the provider speaks its dialect, and nothing in the configuration wants to change what is said. A Gemini stream
    /// without alt=sse is one long JSON array, which is better written anew than watched.
    /// </summary>
    private static bool PassesThrough(ProxyCall call, RouteTarget target) =>
        target.Provider.Protocol == call.Client.Dialect && !target.Plan.Acts && !target.Provider.IsVertex && !(call.Client.Dialect == Dialect.Gemini && GeminiClient.WantsArray(call));

    private static async Task<int> TellClientAsync(ProxyCall call, RouteTarget target, AttemptOutcome outcome, bool hopeless)
    {
        var error = outcome.Error!;
        AnswerHeaders.Set(call, target, call.Attempts.Count);
        if (outcome.Verbatim is { } verbatim && call.Client.Status(error) == verbatim.Status && verbatim.IsErrorObject && call.Client.Understands(error))
        {
            AnswerHeaders.CopyFrom(verbatim.Response, call.Http.Response);
            call.Http.Response.StatusCode = verbatim.Status;
            call.Http.Response.ContentType = verbatim.ContentType;
            SetRetry(call.Http.Response, error, hopeless);
            await call.Http.Response.Body.WriteAsync(verbatim.Body, call.Http.RequestAborted).ConfigureAwait(false);
            return verbatim.Status;
        }

        var status = call.Client.Status(error);
        SetRetry(call.Http.Response, error, hopeless);
        var told = error.Kind == ErrorKind.ContextTooLong ? error : error with
        {
            Message = string.Create(CultureInfo.InvariantCulture, $"Error from provider({target.Name}{(error.Status > 0 ? ": " : "")}{(error.Status > 0 ? error.Status : "")}): {error.Message}{Others(call)}"),
        };
        await ErrorAnswers.WriteAsync(call.Http, status, output => call.Client.WriteError(output, told, call.RequestId)).ConfigureAwait(false);
        return status;
    }

    private static string Others(ProxyCall call) => call.Attempts.Count < 2
        ? ""
        : " (before it failed: " + string.Join("; ", call.Attempts.Take(call.Attempts.Count - 1).Select(a => $"{a.Provider},{a.Model}: {a.Failure}")) + ")";

    private static void SetRetry(HttpResponse response, ProviderError error, bool hopeless)
    {
        var headers = response.Headers;
        if (AnthropicErrors.RetryAfterSeconds(error) is { } seconds)
        {
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        // The libraries of Anthropic and OpenAI ask again on 429 and 5xx unless this says that it is no use.
        if (hopeless)
        {
            headers["x-should-retry"] = "false";
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "{RequestId}: {Target} failed: {Failure} (status {Status}): {Reason}")]
    private static partial void AttemptFailed(ILogger log, string requestId, string target, string failure, int status, string reason);
}
