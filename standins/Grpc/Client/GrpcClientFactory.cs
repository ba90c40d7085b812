// Stands for Grpc.Net.ClientFactory.GrpcClientFactory and GrpcClientFactoryOptions of the package Grpc.Net.ClientFactory.
// Leaves out: CallOptionsActions, InterceptorRegistrations, Creator.

using Grpc.Net.Client;

namespace Grpc.Net.ClientFactory;

/// <summary>How a registered client calls.</summary>
public class GrpcClientFactoryOptions
{
    /// <summary>The service's address.</summary>
    public Uri? Address { get; set; }

    /// <summary>What is done to the options of the client's channel.</summary>
    public IList<Action<GrpcChannelOptions>> ChannelOptionsActions { get; } = [];
}

/// <summary>Makes clients that were registered with AddGrpcClient.</summary>
public abstract class GrpcClientFactory
{
    /// <summary>Makes the client that was registered under a name.</summary>
    public abstract TClient CreateClient<TClient>(string name)
        where TClient : class;
}
