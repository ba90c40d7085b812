using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Usage;

/// <summary>Puts the status together from those who know.</summary>
/// <param name="tokenizers">Where token counts come from; none means that this process counts itself.</param>
internal sealed class StatusReporter(
    UsageRecorder recorder,
    IConfigStore configuration,
    ITargetStates targets,
    IEnumerable<ITokenizerState> tokenizers,
    InstanceIdentity identity,
    RedisState redis,
    TimeProvider time)
{
    /// <summary>The status now.</summary>
    public StatusReport Report()
    {
        var config = configuration.Current;
        return new(
            InstanceIdentity.Version,
            config.IsDemo,
            new(config.Source, [.. configuration.Problems.Select(p => new StatusReport.ProblemPart(p.Path, p.Line, p.Message, p.IsError))]),
            identity.Name,
            identity.StartedAt.UtcDateTime,
            Math.Round((time.GetUtcNow() - identity.StartedAt).TotalSeconds, 3),
            recorder.ActiveRequests.Value,
            recorder.ActiveStreams.Value,
            recorder.Total[UsageField.Requests],
            recorder.Total[UsageField.Failures],
            UsageReport.CostOf(field => recorder.Total[field]),
            recorder.Total[UsageField.UnpricedRequests],
            new(redis.Word, redis.Buffered),
            new(tokenizers.LastOrDefault()?.State ?? "in-process"),
            targets.Snapshot(),
            [.. config.Providers.Select(p => new StatusReport.ProviderPart(p.Name, DialectWords.Of(p.Protocol), p.DisabledReason is null, p.DisabledReason, p.Models))]);
    }
}
