using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Hosting;

namespace Ccr.ProxyService.Modes;

/// <summary>The mode in force: what was last set over /api/mode, else what the command line says, else the configuration.</summary>
internal sealed class ModeState
{
    /// <summary>The name of the provider that --target-url makes.</summary>
    public const string TargetName = "target";

    private readonly RouteTarget? _target;
    private int _set = -1;
    private volatile bool _isTracing;

    /// <summary>The state after a start with these options.</summary>
    public ModeState(StartOptions options)
    {
        AllowsAnthropicOnly = options.AllowAnthropicOnly;
        if (options is { TargetUrl: { } url, TargetModel: { } model })
        {
            var provider = new ProviderConfig { Name = TargetName, BaseUrl = ProviderAddress.Endpoint(url, Dialect.Anthropic), Protocol = Dialect.Anthropic, Models = [model] };
            _target = new RouteTarget(provider, model);
            _set = (int)RouterMode.Target;
        }
    }

    /// <summary>Whether it was started with --allow-anthropic-only.</summary>
    public bool AllowsAnthropicOnly { get; }

    /// <summary>Whether comparisons keep the texts of both answers.</summary>
    public bool IsTracing
    {
        get => _isTracing;
        set => _isTracing = value;
    }

    /// <summary>The mode in force.</summary>
    public RouterMode Of(CcrConfig config) => Volatile.Read(ref _set) is >= 0 and var set ? (RouterMode)set : config.Mode.Default;

    /// <summary>The target of the modes target and compare; null for none.</summary>
    public RouteTarget? Target(CcrConfig config) => _target ?? (config.Mode.Target is { Provider.DisabledReason: null } target ? target : null);

    /// <summary>Whether the client's own credentials may be sent to Anthropic in the mode in force.</summary>
    public bool MayForward(CcrConfig config) => Of(config) switch
    {
        RouterMode.AnthropicOnly => AllowsAnthropicOnly,
        RouterMode.Compare => AllowsAnthropicOnly || config.Mode.ForwardClientCredentials,
        _ => false,
    };

    /// <summary>Why a mode cannot be in force, with the status that says so; null when it can.</summary>
    public (int Status, string Message)? Fault(RouterMode mode, CcrConfig config) => mode switch
    {
        RouterMode.AnthropicOnly when !AllowsAnthropicOnly => (403, "Mode anthropic-only sends clients' own credentials to Anthropic; it needs ccr start --allow-anthropic-only."),
        RouterMode.Target or RouterMode.Compare when Target(config) is null =>
            (400, $"Mode {RouterModes.Word(mode)} needs a target: {(config.Mode.Target is { Provider: { DisabledReason: { } reason, Name: var name } } ? $"the provider {name} of Mode.target is disabled ({reason}); mend it" : "set Mode.target to \"provider,model\"")} in {config.Source}, or start with --target-url and --model."),
        _ => null,
    };

    /// <summary>Sets the mode until the process ends.</summary>
    public void Set(RouterMode mode) => Volatile.Write(ref _set, (int)mode);
}
