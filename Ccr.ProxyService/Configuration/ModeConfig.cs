using Ccr.Protocols.Canonical;

namespace Ccr.ProxyService.Configuration;

/// <summary>The modes of the router.</summary>
internal sealed record ModeConfig
{
    /// <summary>The name under which the passthrough upstream is recorded.</summary>
    public const string PassthroughName = "passthrough";

    /// <summary>The mode after a start. Default <see cref="RouterMode.Route"/>.</summary>
    public RouterMode Default { get; init; }

    /// <summary>Where mode target sends everything and mode compare sends the copies; null for nowhere.</summary>
    public RouteTarget? Target { get; init; }

    /// <summary>Parameters that requests to the target get where the client sent none.</summary>
    public IReadOnlyList<BodyParameter> Parameters { get; init; } = [];

    /// <summary>Anthropic, called with the client's own credentials.</summary>
    public ProviderConfig Passthrough { get; init; } = PassthroughTo(new Uri("https://api.anthropic.com"));

    /// <summary>True allows mode compare to send the client's own credentials to <see cref="Passthrough"/>. Default false.</summary>
    public bool ForwardClientCredentials { get; init; }

    /// <summary>How many copies may be on their way at once; those above it are not made. Default 50.</summary>
    public int MaxConcurrentCompares { get; init; } = 50;

    /// <summary>The passthrough upstream at a base address.</summary>
    public static ProviderConfig PassthroughTo(Uri root) => new()
    {
        Name = PassthroughName,
        BaseUrl = ProviderAddress.Endpoint(root, Dialect.Anthropic),
        Protocol = Dialect.Anthropic,
        Models = [],
        AllowStreaming = true,
        ForwardsClientCredentials = true,
    };
}
