namespace Ccr.ProxyService.Hosting;

/// <summary>What a command line asks of the host.</summary>
internal sealed record StartOptions
{
    /// <summary>--config; null looks in the usual places (<see cref="Configuration.ConfigLocation.Find"/>).</summary>
    public string? ConfigPath { get; init; }

    /// <summary>--host; null takes HOST of the configuration.</summary>
    public string? Host { get; init; }

    /// <summary>--port; null takes PORT of the configuration.</summary>
    public int? Port { get; init; }

    /// <summary>The home whose folders hold presets and routes of projects; null for the user's.</summary>
    public string? Home { get; init; }

    /// <summary>--target-url: the Anthropic endpoint that everything goes to; null for none.</summary>
    public Uri? TargetUrl { get; init; }

    /// <summary>--model: the model that everything is asked of there; with <see cref="TargetUrl"/> only.</summary>
    public string? TargetModel { get; init; }

    /// <summary>--allow-anthropic-only: clients' own credentials may be sent to Anthropic.</summary>
    public bool AllowAnthropicOnly { get; init; }

    /// <summary>True when started by an orchestrator without a verb: ASPNETCORE_URLS decides the address.</summary>
    public bool ServiceMode { get; init; }

    /// <summary>Arguments for the host's own configuration, such as --urls; only in service mode.</summary>
    public string[] HostArguments { get; init; } = [];
}
