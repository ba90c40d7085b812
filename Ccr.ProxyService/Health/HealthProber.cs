using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Providers;
using Ccr.ProxyService.Routing;

namespace Ccr.ProxyService.Health;

/// <summary>
/// Where HealthProbes.enabled says so: asks every routed target whose breaker is open for one token, so that it comes back without a client's request being spent on finding out.
/// Every probe may be billed, which is why nobody is asked whose breaker is closed.
/// </summary>
internal sealed partial class HealthProber(TargetHealth health, RequestRouter router, UpstreamClients clients, TimeProvider time, ILogger<HealthProber> log) : BackgroundService
{
    private static readonly byte[] Question = Encoding.UTF8.GetBytes("""{"model":"probe","max_tokens":1,"messages":[{"role":"user","content":"ping"}]}""");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var config = router.Table.Config;
                await Task.Delay(config.HealthProbes.Interval, time, stoppingToken).ConfigureAwait(false);
                if (router.Table.Config.HealthProbes.Enabled)
                {
                    await Task.WhenAll(router.Table.All().Select(t => ProbeAsync(t.Target, router.Table.Config, stoppingToken))).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ProbeAsync(RouteTarget target, CcrConfig config, CancellationToken stoppingToken)
    {
        if (target.Provider.DisabledReason is not null || health.AdmitProbe(target, config) is not { } pass)
        {
            return;
        }

        var started = time.GetTimestamp();
        try
        {
            var error = await AskAsync(pass, config, stoppingToken).ConfigureAwait(false);
            var duration = time.GetElapsedTime(started);
            if (error is null)
            {
                health.Succeeded(pass, duration);
            }
            else
            {
                health.Failed(pass, error);
            }

            Probed(log, target.Name, error is null ? "answers" : Failures.Word(error.Kind));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Shutdown, or a request that cannot be put into the provider's dialect: nothing is known.
            health.Abandoned(pass);
            Probed(log, target.Name, e.Message);
        }
    }

    /// <summary>Asks for one token; null when there was an answer.</summary>
    private async Task<ProviderError?> AskAsync(Pass pass, CcrConfig config, CancellationToken stoppingToken)
    {
        var (target, plan) = (pass.Target, pass.Target.Plan);
        var loss = new LossReport();
        var options = plan.Options(null);
        var request = plan.Edit(AnthropicRequestDecoder.Decode(Question), options, loss);
        using var limit = new CancellationTokenSource(config.HealthProbes.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        var body = new PooledWriter(1024);
        try
        {
            plan.Provider.Encode(request, options, body, loss);
            if (plan.EditsBody || plan.HasExtraBody)
            {
                using var written = body;
                body = EditedBody.Make(written.Written.Span, edited => plan.EditBody(edited, request, options));
            }

            using var message = UpstreamRequests.Translated(plan, pass.Key, body.Written, stream: false);
            using var response = await clients.For(config.ProxyUrl, config.Timeouts.Connect).SendAsync(message, stop.Token).ConfigureAwait(false);
            health.Headers(pass, response);
            if (!response.IsSuccessStatusCode)
            {
                return (await UpstreamErrors.ReadAsync(response, target.Provider, pass.Key, time, stop.Token).ConfigureAwait(false)).Error;
            }

            var answer = await response.Content.ReadAsByteArrayAsync(stop.Token).ConfigureAwait(false);
            return answer.Length > 0 ? null : new(ErrorKind.Malformed, (int)response.StatusCode, "an empty answer");
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e) && !stoppingToken.IsCancellationRequested)
        {
            return new(e is OperationCanceledException ? ErrorKind.Timeout : ErrorKind.Transport, 0, e.Message);
        }
        finally
        {
            body.Dispose();
        }
    }

    [LoggerMessage(EventId = 2102, Level = LogLevel.Information, Message = "probe of {Target}: {Outcome}")]
    private static partial void Probed(ILogger log, string target, string outcome);
}
