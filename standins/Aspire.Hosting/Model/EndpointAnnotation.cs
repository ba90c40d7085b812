using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.EndpointAnnotation. Left out: networks, TLS settings, exclusion from references.

/// <summary>One place where a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private string? _transport;

    /// <summary>Creates an endpoint; the name defaults to the scheme.</summary>
    public EndpointAnnotation(
        ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true)
    {
        UriScheme = uriScheme ?? protocol.ToString().ToLowerInvariant();
        Name = name ?? UriScheme;
        ModelName.Validate(Name, "Endpoint");
        Protocol = protocol;
        _transport = transport;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    /// <summary>Unique within the resource, without regard to case.</summary>
    public string Name { get; set; }

    /// <summary>TCP or UDP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The port clients use; null for a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port the process listens on; null for the same as <see cref="Port"/>, or a free one per replica.</summary>
    public int? TargetPort { get; set; }

    /// <summary>For example <c>http</c>.</summary>
    public string UriScheme { get; set; }

    /// <summary>The interface the process binds to. Default <c>localhost</c>.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary><c>http</c>, <c>http2</c> or <c>tcp</c>. Default by scheme.</summary>
    public string Transport
    {
        get => _transport ?? (UriScheme is "http" or "https" ? "http" : Protocol.ToString().ToLowerInvariant());
        set => _transport = value;
    }

    /// <summary>True when reachable from outside the deployment.</summary>
    public bool IsExternal { get; set; }

    /// <summary>False when clients must use the process's own port.</summary>
    public bool IsProxied { get; set; }

    /// <summary>True when it came from a launch profile.</summary>
    internal bool FromLaunchProfile { get; set; }

    /// <summary>True for the https binding that every web project gets in a manifest: the platform ends TLS, so the process does not listen on it.</summary>
    internal bool IsImpliedHttps { get; set; }

    /// <summary>The variable that tells the process its port, when it has one of its own.</summary>
    internal string? TargetPortEnvironmentVariable { get; set; }

    /// <summary>Where clients find it; null until the application starts.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }

    /// <summary>The port of each replica's process; empty until the application starts.</summary>
    internal IReadOnlyList<int> ReplicaPorts { get; set; } = [];
}
