using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>The one table that is shown when everything is up.</summary>
internal static class StatusTable
{
    /// <summary>Property of a snapshot: a word about the resource.</summary>
    public const string Detail = "detail";

    public static IEnumerable<string> Lines(IEnumerable<ResourceEvent> resources)
    {
        string[][] rows = [["RESOURCE", "STATE", "ADDRESS"], .. resources.Select(Row)];
        var name = rows.Max(row => row[0].Length);
        var state = rows.Max(row => row[1].Length);
        return ["", .. rows.Select(row => $"  {row[0].PadRight(name)}  {row[1].PadRight(state)}  {row[2]}".TrimEnd()), ""];
    }

    private static string[] Row(ResourceEvent resource)
    {
        var snapshot = resource.Snapshot;
        var state = snapshot.HealthStatus == HealthStatus.Healthy && snapshot.HealthReports.Length > 0 ? "healthy" : snapshot.State?.Text.ToLowerInvariant() ?? "";
        var replicas = resource.Resource.GetReplicaCount();
        string[] details =
        [
            .. snapshot.Properties.Where(property => property.Name == Detail).Select(property => property.Value?.ToString() ?? ""),
            .. replicas > 1 ? [$"{replicas} replicas"] : Array.Empty<string>(),
        ];
        var addresses = string.Join(", ", snapshot.Urls.Select(url => url.Url));
        return [resource.Resource.Name, state, details.Length == 0 ? addresses : $"{addresses} ({string.Join(", ", details)})".TrimStart()];
    }
}
