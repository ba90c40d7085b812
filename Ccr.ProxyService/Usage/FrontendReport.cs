namespace Ccr.ProxyService.Usage;

/// <summary>An entry of /v1/frontend-metrics: what a client program asked.</summary>
/// <param name="Frontend">The program, by the name it has everywhere else here too.</param>
/// <param name="Requests">Finished requests.</param>
/// <param name="AvgLatencyMs">From the request line to the last byte.</param>
internal sealed record FrontendReport(string Frontend, long Requests, double AvgLatencyMs)
{
    /// <summary>The report of a program.</summary>
    public static FrontendReport From(string name, ApplicationUsage usage)
    {
        var requests = usage.Requests.Value;
        return new(name, requests, requests == 0 ? 0 : Math.Round(usage.Duration.Sum * 1000 / requests, 3));
    }
}
