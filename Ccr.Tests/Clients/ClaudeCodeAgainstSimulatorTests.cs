using Ccr.Simulator;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Clients;

/// <summary>Without a proxy between: shows that the simulator's Messages dialect is what a real client needs.</summary>
public sealed class ClaudeCodeAgainstSimulatorTests : ClaudeCodeTurnTests
{
    private const string Key = "sk-test-claude";

    private protected override async Task<AgentEndpoint> StartAsync()
    {
        var simulator = await SimulatorHost.StartAsync();
        return new AgentEndpoint(simulator.BaseAddress, Key, "sim-think+tool+strict", simulator);
    }

    [NeedsFact("claude")]
    public async Task Claude_Code_runs_parallel_tools_and_hands_both_results_back()
    {
        await using var simulator = await SimulatorHost.StartAsync();

        var run = await ClaudeCode.RunAsync(simulator.BaseAddress, Key, "sim-parallel+strict", "Run both tools");

        Assert.True(run.Succeeded, run.Explain());
        Assert.Equal(["ccr-tool-ok", "ccr-tool-ok-2"], run.Tools.Select(t => t.Result?.Trim()).Order(StringComparer.Ordinal));
        Assert.Equal("Done. The tool answered: ccr-tool-ok | ccr-tool-ok-2", run.Text);
        Assert.All(simulator.Requests, r => Assert.DoesNotContain(Key, r.Headers["x-api-key"], StringComparison.Ordinal));
    }

    [NeedsFact("claude")]
    public async Task Claude_Code_gets_the_demo_text_from_a_model_that_no_script_names()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions { DemoConfigPath = "/somewhere/config.json" });

        var run = await ClaudeCode.RunAsync(simulator.BaseAddress, Key, "claude-sonnet-4-5", "What is the answer?");

        Assert.True(run.Succeeded, run.Explain());
        Assert.Contains("no real model answered", run.Text, StringComparison.Ordinal);
        Assert.Contains("You asked: What is the answer?", run.Text, StringComparison.Ordinal);
        Assert.Contains("/somewhere/config.json", run.Text, StringComparison.Ordinal);
    }
}
