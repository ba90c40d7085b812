namespace Ccr.ProxyService.Usage;

/// <summary>What this process is doing: the answer of /api/status, and the value of its key <c>ccr:live:…</c> in Redis.</summary>
internal sealed record StatusReport(
    string Version,
    bool Demo,
    StatusReport.ConfigPart Config,
    string Instance,
    DateTime StartedAt,
    double UptimeSeconds,
    long ActiveRequests,
    long ActiveStreams,
    long RequestsTotal,
    long FailuresTotal,
    decimal? CostUsdTotal,
    long UnpricedRequestsTotal,
    StatusReport.RedisPart Redis,
    StatusReport.TokenizerPart Tokenizer,
    IReadOnlyList<TargetState> Targets,
    IReadOnlyList<StatusReport.ProviderPart> Providers)
{
    /// <summary>The configuration in force and what is wrong with it.</summary>
    internal sealed record ConfigPart(string Source, IReadOnlyList<ProblemPart> Problems);

    /// <summary>One problem; <paramref name="Error"/> when the file was refused for it.</summary>
    internal sealed record ProblemPart(string Path, int Line, string Message, bool Error);

    /// <summary><paramref name="State"/> is connected, unreachable or none; <paramref name="Buffered"/> counts requests not yet written.</summary>
    internal sealed record RedisPart(string State, long Buffered);

    /// <summary><paramref name="State"/> is connected, unreachable or in-process.</summary>
    internal sealed record TokenizerPart(string State);

    /// <summary>One provider; <paramref name="Reason"/> says why it is not enabled.</summary>
    internal sealed record ProviderPart(string Name, string Protocol, bool Enabled, string? Reason, IReadOnlyList<string> Models);
}
