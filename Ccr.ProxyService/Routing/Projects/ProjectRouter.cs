namespace Ccr.ProxyService.Routing.Projects;

/// <summary>What a session has in the place of the configuration's Router.</summary>
/// <param name="Table">Its routes; null when it has none of its own.</param>
/// <param name="Step">Which file they are from, or why that file is not used; null when there is none.</param>
internal sealed record ProjectRouter(RouteTable? Table, RouteStep? Step)
{
    /// <summary>Nothing of its own.</summary>
    public static readonly ProjectRouter None = new(null, null);
}
