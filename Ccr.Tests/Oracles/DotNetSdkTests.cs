using Ccr.Simulator;

namespace Ccr.Tests.Oracles;

/// <summary>The official SDKs for .NET read the simulator; the same questions go through the proxy in the matrix of <see cref="OracleMatrixTests"/>.</summary>
public sealed class DotNetSdkTests : IAsyncLifetime
{
    private RunningSimulator _simulator = null!;

    public static TheoryData<string, bool, string> Cells()
    {
        var cells = new TheoryData<string, bool, string>();
        foreach (var sdk in DotNetSdks.Names)
        {
            foreach (var scenario in Expected.Scenarios)
            {
                cells.Add(sdk, true, scenario);
                cells.Add(sdk, false, scenario);
            }
        }

        return cells;
    }

    public async Task InitializeAsync() => _simulator = await SimulatorHost.StartAsync();

    public async Task DisposeAsync() => await _simulator.DisposeAsync();

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task The_SDK_reads_the_simulator(string sdk, bool stream, string scenario)
    {
        var answer = await DotNetSdks.AskAsync(new OracleQuestion(sdk, _simulator.BaseAddress, "key", Expected.Script(scenario), stream, scenario));

        Expected.Check(answer, sdk, scenario);
    }
}
