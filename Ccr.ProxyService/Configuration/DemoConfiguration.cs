using Ccr.Protocols.Canonical;
namespace Ccr.ProxyService.Configuration;

/// <summary>The configuration in force when there is no file: everything goes to the simulator.</summary>
internal static class DemoConfiguration
{
    /// <summary>The simulator's models.</summary>
    public static readonly string[] Models = ["sim-demo", "sim-demo+think", "sim-tool"];

    /// <summary>The demo configuration for a simulator at that base address; it is reached in both protocols.</summary>
    public static CcrConfig Create(Uri upstream)
    {
        var anthropic = Provider("demo", upstream, Dialect.Anthropic);
        var chat = Provider("demo-chat", upstream, Dialect.OpenAIChat);
        return new CcrConfig
        {
            Source = "built-in demo",
            IsDemo = true,
            Providers = [anthropic, chat],
            Router = new RouterConfig
            {
                Default = new RouteTarget(anthropic, "sim-demo"),
                Background = new RouteTarget(chat, "sim-demo"),
                Think = new RouteTarget(anthropic, "sim-demo+think"),
                Fallback = new Dictionary<string, IReadOnlyList<RouteTarget>>
                {
                    ["default"] = [new RouteTarget(chat, "sim-demo")],
                    ["think"] = [new RouteTarget(chat, "sim-demo+think")],
                    ["background"] = [new RouteTarget(anthropic, "sim-demo")],
                },
            },
        };
    }

    private static ProviderConfig Provider(string name, Uri upstream, Dialect protocol)
    {
        var root = upstream.AbsoluteUri.TrimEnd('/');
        return new ProviderConfig
        {
            Name = name,
            BaseUrl = new Uri(protocol == Dialect.Anthropic ? $"{root}/v1/messages" : $"{root}/v1/chat/completions"),
            ApiKey = "demo",
            Protocol = protocol,
            Models = Models,
        };
    }
}
