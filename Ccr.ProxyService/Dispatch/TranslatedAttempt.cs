using System.Net;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Providers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>One call to a provider through the canonical form: the request is encoded for it, its answer decoded.</summary>
internal sealed class TranslatedAttempt(UpstreamClients clients, DrainLimit drain, TargetHealth health, AnswerTranslation translation, ReasoningMemory memory, TimeProvider time)
{
    /// <summary>Sends the request to the target and the answer to the client.</summary>
    public async Task<AttemptOutcome> RunAsync(ProxyCall call, TargetPlan plan, Pass pass, int attempt)
    {
        var provider = plan.Target.Provider;
        using var clock = new AttemptClock(call.Config.ApiTimeout, time, call.Http.RequestAborted, drain.Token);
        var loss = new LossReport();
        call.Loss = loss;
        Untranslatable.Check(call.Canonical, provider.Protocol);
        var options = plan.Options(memory);
        var request = plan.Edit(call.Canonical, options, loss);
        var body = new PooledWriter(call.Body.Length + 1024);
        try
        {
            plan.Provider.Encode(request, options, body, loss);
            if (plan.EditsBody || plan.HasExtraBody)
            {
                using var written = body;
                body = EditedBody.Make(written.Written.Span, edited => plan.EditBody(edited, request, options));
            }

            using var message = UpstreamRequests.Translated(plan, pass.Key, body.Written, call.Stream);
            using var response = await clients.For(call.Config.ProxyUrl).SendAsync(message, clock.Token).ConfigureAwait(false);
            clock.Touch();
            health.Headers(pass, response);
            body.Dispose();
            if (!response.IsSuccessStatusCode)
            {
                var (error, _) = await UpstreamErrors.ReadAsync(response, provider, pass.Key, time, clock.Token).ConfigureAwait(false);
                return new(error, false);
            }

            using var answer = new AnswerReader(response, clock);
            await answer.OpenAsync().ConfigureAwait(false);
            return await translation.CarryAsync(call, plan, attempt, answer, clock, request, options).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            return UpstreamErrors.Outcome(e, clock, provider, committed: false);
        }
        finally
        {
            body.Dispose();
        }
    }
}
