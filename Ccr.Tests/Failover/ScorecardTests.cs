using Ccr.Bench.Failover;
using Ccr.Simulator;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Failover;

/// <summary>The whole scorecard, with the real proxy and the simulator within the test: all cells at once, as they mostly wait.</summary>
public class ScorecardTests
{
    [Fact]
    public async Task Every_cell_passes_over_its_own_and_over_a_translated_upstream()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions { KeptRequests = 20_000 });
        var groups = Cell.All.Select(c => c.Group).Distinct().ToList();
        var running = await Task.WhenAll(groups.Select(g => RunningProxy.StartAsync(GroupConfig.Write(g, Cell.All, simulator.BaseAddress))));
        try
        {
            var proxies = groups.Zip(running).ToDictionary(pair => pair.First, pair => pair.Second.BaseAddress);

            var results = await new Scorecard(simulator.BaseAddress, proxies).RunAsync(Cell.All, CancellationToken.None);

            Assert.Equal(48, ScorecardTable.Published(results).Count);
            var missed = results.Where(r => r.Judgement.Verdict != Verdict.Pass).Select(r => $"{r.Cell.Name}: {r.Judgement.Verdict}, {r.Judgement.Reason}").ToList();
            Assert.True(missed.Count == 0, $"{missed.Count} of {results.Count} did not pass:\n{string.Join('\n', missed)}");
        }
        finally
        {
            foreach (var proxy in running)
            {
                await proxy.DisposeAsync();
            }
        }
    }
}
