namespace Ccr.Dashboard.Web.Sources;

/// <summary>One look at the proxy's admin API.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Requests">Its last requests, newest first.</param>
internal sealed record ProxySample(ProxyStatus Status, IReadOnlyList<RequestEntry> Requests);
