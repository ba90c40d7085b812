using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>The health of a part in one word for the eye and one sentence for the reader.</summary>
/// <param name="Kind">"good", "warn", "bad" or "idle": how it is drawn.</param>
/// <param name="Text">What it means.</param>
internal sealed record Health(string Kind, string Text)
{
    /// <summary>The proxy that this dashboard asks.</summary>
    public static Health Proxy(DashboardSnapshot now) => now.Proxy.State switch
    {
        SourceState.Reachable => new("good", "Answering"),
        SourceState.Unreachable => new("bad", "Unreachable"),
        _ => new("idle", "Not heard from yet"),
    };

    /// <summary>Redis, from here and from the proxy: the counters are only whole when both reach it.</summary>
    public static Health Redis(DashboardSnapshot now)
    {
        var proxySees = now.Status?.Redis?.State;
        return now.Redis.State switch
        {
            SourceState.Unreachable => new("bad", "Unreachable"),
            SourceState.NotConfigured => new("idle", proxySees == "connected" ? "Not configured here" : "Not used"),
            SourceState.Waiting => new("idle", "Not heard from yet"),
            _ when proxySees == "unreachable" => new("warn", "Unreachable for the proxy"),
            _ when proxySees == "none" => new("warn", "Not used by the proxy"),
            _ => new("good", "Connected"),
        };
    }

    /// <summary>The tokenizer service, as the proxy sees it.</summary>
    public static Health Tokenizer(DashboardSnapshot now) => now.Status?.Tokenizer?.State switch
    {
        _ when now.Proxy.State != SourceState.Reachable => new("idle", "Not known now"),
        "connected" => new("good", "Connected"),
        "in-process" => new("good", "Inside the proxy"),
        "unreachable" => new("warn", "Unreachable, counts are estimated"),
        null or "" => new("idle", "Not heard from yet"),
        var other => new("idle", other),
    };

    /// <summary>A route target.</summary>
    public static Health Target(TargetStatus target) => target.Breaker == "open" ? new("bad", "Not asked") : target.Breaker == "half-open" ? new("warn", "On probation") : target.State switch
    {
        "ok" => new("good", "OK"),
        "failing" => new("bad", "Failing"),
        null or "unknown" => new("idle", "Not used yet"),
        var other => new("idle", other),
    };

    /// <summary>A request's outcome.</summary>
    public static Health Outcome(RequestEntry request) => request switch
    {
        { ClientLeft: true } => new("idle", "Client left"),
        { Failure: { Length: > 0 } failure } => new("bad", failure.Replace('_', ' ')),
        { Status: >= 400 } => new("bad", "Failed"),
        { Attempts.Count: > 1 } => new("warn", "Rescued"),
        { Status: null } => new("idle", Figures.None),
        _ => new("good", "OK"),
    };
}
