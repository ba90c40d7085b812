namespace Ccr.ProxyService.Usage;

/// <summary>What was wrong with a question to /api/….</summary>
internal sealed record ErrorReport(ErrorReport.Detail Error)
{
    /// <summary>A stable word, and a sentence for a person.</summary>
    internal sealed record Detail(string Type, string Message);
}
