using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Makes the account of a call that is over.</summary>
internal static class CallRecords
{
    /// <summary>The account of a call whose client got that status.</summary>
    public static RequestRecord Of(ProxyCall call, int status, PriceBook prices, TimeProvider time) => new()
    {
        RequestId = call.RequestId,
        StartedAt = call.StartedAt,
        Duration = time.GetElapsedTime(call.StartTimestamp),
        TimeToFirstContent = call.TimeToFirstContent,
        UpstreamTime = call.UpstreamTime,
        ClientDialect = DialectWords.Of(call.Client.Dialect),
        ClientApplication = ClientApplications.Of(call.Http.Request.Headers),
        Session = SessionNames.Of(call),
        Agent = Agents.Of(call.Http.Request.Headers),
        Key = call.CallerKey,
        RequestedModel = call.RequestedModel,
        Scenario = call.AttachedTo is not null ? "attached" : call.Decision?.Scenario ?? "none",
        RouteReason = call.AttachedTo is { } id ? $"attached to the running request {id}" : call.Decision?.Reason ?? "refused before routing",
        RoutingTokens = call.Decision?.Tokens,
        Route = call.Decision?.Steps ?? [],
        Attempts = AttemptPrices.Set(call.Attempts, default, call.Config, prices, call.StartedAt),
        Streaming = call.Stream,
        Status = status,
        Failure = call.Failure,
        Tokens = TokenUsage.From(call.Counts),
        ToolCalls = call.ToolCalls,
        StopReason = call.StopReason,
        Losses = call.Loss?.Entries ?? [],
    };
}
