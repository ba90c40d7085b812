using Ccr.Simulator;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Clients;

/// <summary>Claude Code through the proxy to a provider of its own protocol: bytes pass through.</summary>
public sealed class ClaudeCodeOverAnthropicTests : ClaudeCodeTurnTests
{
    private protected override Task<AgentEndpoint> StartAsync() => ThroughProxy.StartAsync("native,sim-think+tool+strict", "claude-sonnet-4-5");
}

/// <summary>Claude Code through the proxy to an OpenAI Chat provider: everything is translated, both ways.</summary>
public sealed class ClaudeCodeOverChatTests : ClaudeCodeTurnTests
{
    private protected override Task<AgentEndpoint> StartAsync() => ThroughProxy.StartAsync("chat,sim-think+tool+strict", "my-own-model");
}

/// <summary>A proxy in front of a simulator, with a key of its own.</summary>
internal static class ThroughProxy
{
    private const string Key = "router-key-of-the-test";

    public static async Task<AgentEndpoint> StartAsync(string target, string model)
    {
        var simulator = await SimulatorHost.StartAsync();
        var proxy = await RunningProxy.StartAsync(RunningProxy.Config(simulator.BaseAddress, $"\"default\": \"{target}\"", $"\"APIKEY\": \"{Key}\","));
        return new AgentEndpoint(proxy.BaseAddress, Key, model, proxy, simulator);
    }
}
