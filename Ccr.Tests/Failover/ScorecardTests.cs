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
        var results = await RunAsync(Cell.All);
        Assert.Equal(48, ScorecardTable.Published(results).Count);

        // Some demands are counted against the clock (tries within an outage), which 96 cells at once on a busy machine can stretch: those are looked at once more by themselves.
        var again = results.Where(r => r.Judgement.Verdict != Verdict.Pass).Select(r => r.Cell).ToList();
        if (again.Count == 0)
        {
            return;
        }

        Assert.True(again.Count <= 6, $"{again.Count} cells did not pass:\n{Missed(results)}");
        var missed = Missed(await RunAsync(again));
        Assert.True(missed.Length == 0, $"these did not pass, twice:\n{missed}");
    }

    private static string Missed(IReadOnlyList<CellResult> results) =>
        string.Join('\n', results.Where(r => r.Judgement.Verdict != Verdict.Pass).Select(r => $"{r.Cell.Name}: {r.Judgement.Verdict}, {r.Judgement.Reason}"));

    private static async Task<IReadOnlyList<CellResult>> RunAsync(IReadOnlyList<Cell> cells)
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions { KeptRequests = 20_000 });
        var groups = cells.Select(c => c.Group).Distinct().ToList();
        var running = await Task.WhenAll(groups.Select(g => RunningProxy.StartAsync(GroupConfig.Write(g, cells, simulator.BaseAddress))));
        try
        {
            var proxies = groups.Zip(running).ToDictionary(pair => pair.First, pair => pair.Second.BaseAddress);
            return await new Scorecard(simulator.BaseAddress, proxies).RunAsync(cells, CancellationToken.None);
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
