using Ccr.Tests.Parts;

namespace Ccr.Tests.Clients;

/// <summary>What Claude Code must be able to do wherever it is pointed at; a subclass says where.</summary>
public abstract class ClaudeCodeTurnTests
{
    private protected abstract Task<AgentEndpoint> StartAsync();

    [NeedsFact("claude")]
    public async Task Claude_Code_completes_a_turn_with_a_tool_call_and_its_result()
    {
        await using var endpoint = await StartAsync();

        var run = await ClaudeCode.RunAsync(endpoint.BaseUrl, endpoint.Key, endpoint.ToolModel, "Run the tool and tell me what it said");

        Assert.True(run.Succeeded, run.Explain());
        var tool = Assert.Single(run.Tools);
        Assert.Equal("Bash", tool.Name);
        Assert.Contains("echo ccr-tool-ok", tool.Input, StringComparison.Ordinal);
        Assert.Equal("ccr-tool-ok", tool.Result?.Trim());
        Assert.StartsWith("Done. The tool answered: ccr-tool-ok", run.Text, StringComparison.Ordinal);
    }
}
