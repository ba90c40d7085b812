using Ccr.Simulator;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Oracles;

/// <summary>A simulator, a proxy with a provider of each dialect before it, and all answers of the npm SDKs; each is made when it is first asked for.</summary>
public sealed class OracleRuns : IAsyncLifetime
{
    private readonly Lazy<Task<Dictionary<(string Sdk, bool Stream, string Scenario), OracleAnswer>>> _direct;
    private readonly Lazy<Task<RunningProxy>> _proxy;
    private readonly Lazy<Task<Dictionary<(string Sdk, string Provider, bool Stream, string Scenario), OracleAnswer>>> _through;
    private RunningSimulator _simulator = null!;

    public OracleRuns()
    {
        _direct = new(AskDirectlyAsync);
        _proxy = new(() => RunningProxy.StartAsync(Config(_simulator.BaseAddress)));
        _through = new(AskProxyAsync);
    }

    /// <summary>The proxy's providers, named like the dialects that they speak.</summary>
    public static IReadOnlyList<string> Providers { get; } = ["anthropic", "openai", "openai-responses", "gemini"];

    /// <summary>Each SDK streamed and whole, in each scenario.</summary>
    public static IEnumerable<(string Sdk, bool Stream, string Scenario)> Cells(IEnumerable<string> sdks) =>
        from sdk in sdks from stream in (bool[])[true, false] from scenario in Expected.Scenarios select (sdk, stream, scenario);

    /// <summary>How a client of the proxy names a provider's model.</summary>
    public static string Model(string provider, string scenario) => $"{provider},{Expected.Script(scenario)}";

    public async Task InitializeAsync() => _simulator = await SimulatorHost.StartAsync();

    public async Task DisposeAsync()
    {
        if (_proxy.IsValueCreated)
        {
            await (await _proxy.Value).DisposeAsync();
        }

        await _simulator.DisposeAsync();
    }

    internal async Task<OracleAnswer> DirectAsync(string sdk, bool stream, string scenario) => (await _direct.Value)[(sdk, stream, scenario)];

    internal async Task<OracleAnswer> ThroughProxyAsync(string sdk, string provider, bool stream, string scenario) => (await _through.Value)[(sdk, provider, stream, scenario)];

    internal async Task<Uri> ProxyAddressAsync() => (await _proxy.Value).BaseAddress;

    private static string Config(Uri simulator) => $$"""
        {
          "LOG": false,
          "Providers": [
            { "name": "anthropic", "protocol": "anthropic", "api_base_url": "{{simulator}}v1/messages", "api_key": "provider-key", "models": ["sim-text"] },
            { "name": "openai", "protocol": "openai", "api_base_url": "{{simulator}}v1/chat/completions", "api_key": "provider-key", "models": ["sim-text"] },
            { "name": "openai-responses", "protocol": "openai-responses", "api_base_url": "{{simulator}}v1/responses", "api_key": "provider-key", "models": ["sim-text"] },
            { "name": "gemini", "protocol": "gemini", "api_base_url": "{{simulator}}v1beta/models/", "api_key": "provider-key", "models": ["sim-text"] }
          ],
          "Router": { "default": "anthropic,sim-text" }
        }
        """;

    private async Task<Dictionary<(string Sdk, bool Stream, string Scenario), OracleAnswer>> AskDirectlyAsync()
    {
        var cells = Cells(OracleProgram.Sdks.Keys).ToList();
        var answers = await OracleProgram.AskAsync(cells.ConvertAll(c => new OracleQuestion(c.Sdk, _simulator.BaseAddress, "key", Expected.Script(c.Scenario), c.Stream, c.Scenario)));
        return cells.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private async Task<Dictionary<(string Sdk, string Provider, bool Stream, string Scenario), OracleAnswer>> AskProxyAsync()
    {
        var address = (await _proxy.Value).BaseAddress;
        var cells = (from cell in Cells(OracleProgram.Sdks.Keys) from provider in Providers select (cell.Sdk, Provider: provider, cell.Stream, cell.Scenario)).ToList();
        var answers = await OracleProgram.AskAsync(cells.ConvertAll(c => new OracleQuestion(c.Sdk, address, "key", Model(c.Provider, c.Scenario), c.Stream, c.Scenario)));
        return cells.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second);
    }
}
