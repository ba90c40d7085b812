using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Usage;
using RouteContext = Ccr.ProxyService.Routing.RouteContext;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Counts a request for the target that would serve it: by the configured service, by the provider, or here with the target's encoding and factor,
/// whichever answers first in this order. A request that nothing would serve is counted with cl100k_base.
/// </summary>
internal sealed class RequestCounting(RequestRouter router, ProviderTokenCounter providers, IExactTokenCounter counter, TokenDrift drift, TokenTotals totals)
{
    /// <summary>Counts the body of a request.</summary>
    public async ValueTask<CountAnswer> CountAsync(RouteContext context, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(context, cancellationToken).ConfigureAwait(false);
        totals.Answered(answer.Source);
        return answer;
    }

    private async ValueTask<CountAnswer> AnswerAsync(RouteContext context, CancellationToken cancellationToken)
    {
        var call = context.Call;
        try
        {
            call.Decision = await router.RouteAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (RoutingException)
        {
            // Compaction depends on a count even where the request itself would be refused.
        }

        var target = call.Decision?.Targets[0];
        if (target is not null)
        {
            if (await providers.AskServiceAsync(call, target, cancellationToken).ConfigureAwait(false) is { } byService)
            {
                return new(byService, "api", null, new(1, 0, false));
            }

            if (await providers.AskProviderAsync(call, target, cancellationToken).ConfigureAwait(false) is { } byProvider)
            {
                return new(byProvider, "provider", null, new(1, 0, false));
            }
        }

        var tokenizer = target?.Tokenizer ?? TargetTokenizer.Unrouted;
        var count = call.Decision?.Tokens is { Parts: { } parts, Encoding: { } used } routed && used == tokenizer.Encoding
            ? TokenCount.Of(parts, used, routed.Source)
            : await counter.CountExactlyAsync(call.Body, tokenizer.Encoding, cancellationToken).ConfigureAwait(false);
        var calibration = count.Parts is null ? new(1, 0, false) : drift.Factor(tokenizer);
        return new(count.Times(calibration.Factor).Tokens, RequestReport.Word(count.Source), count.Encoding?.Name, calibration);
    }
}
