namespace Ccr.Dashboard.Web.Sources;

/// <summary>What <c>GET /api/requests</c> answers, newest first.</summary>
public sealed record RequestPage
{
    public IReadOnlyList<RequestEntry>? Requests { get; init; }
}
