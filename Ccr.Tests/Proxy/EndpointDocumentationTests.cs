using Ccr.Simulator;
using Ccr.Tests.Parts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Proxy;

/// <summary>docs/endpoints.md lists what the proxy serves, no less.</summary>
public sealed class EndpointDocumentationTests
{
    [Fact]
    public async Task Every_endpoint_is_documented()
    {
        await using var simulator = await SimulatorHost.StartAsync();
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(simulator.BaseAddress, "\"default\": \"native,sim-text\""));
        var page = await File.ReadAllTextAsync(Path.Combine(Part.Repository, "docs", "endpoints.md"));
        var routes = proxy.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/').Replace("{**id}", "{id}", StringComparison.Ordinal))
            .Where(r => !r.Contains("/v1/v1/", StringComparison.Ordinal) && !r.Contains("{*path", StringComparison.Ordinal))
            .Distinct().ToList();
        Assert.True(routes.Count >= 10, string.Join(' ', routes));
        Assert.All(routes, r => Assert.True(page.Contains($"{r}`", StringComparison.Ordinal) || page.Contains($"{r}?", StringComparison.Ordinal), $"{r} is not in docs/endpoints.md"));
    }
}
