using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>One proxy before one scripted upstream, for a whole class of tests, which run one after the other.</summary>
public sealed class WireFixture : IAsyncLifetime
{
    internal ScriptedUpstream Upstream { get; private set; } = null!;

    internal RunningProxy Proxy { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        Proxy = await RunningProxy.StartAsync(Wire.Config(Upstream.BaseAddress, "\"MAX_BODY_BYTES\": 1000000, \"Cooldown\": { \"baseMs\": 1, \"maxMs\": 1 },"));
    }

    public async Task DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Asks one client's question of one provider and reads the whole answer.</summary>
    internal Task<WireAnswer> AskAsync(Dialect client, Dialect provider, bool stream, string more = "", Action<HttpRequestMessage>? change = null) =>
        WireAnswer.AskAsync(Proxy, client, Wire.Provider(provider) + ",m", stream, more, change);
}
