using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.Client;

/// <summary>Keeps one channel for each registered client, over the handler that the HTTP client factory made for its name.</summary>
internal sealed class ChannelClientFactory(IServiceProvider services, IHttpMessageHandlerFactory handlers, IOptionsMonitor<GrpcClientFactoryOptions> options) : GrpcClientFactory, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<(GrpcChannel Channel, CallInvoker Invoker)>> _channels = new(StringComparer.Ordinal);

    public override TClient CreateClient<TClient>(string name) =>
        ActivatorUtilities.CreateInstance<TClient>(services, _channels.GetOrAdd(name, key => new(() => Create(key))).Value.Invoker);

    public void Dispose()
    {
        foreach (var channel in _channels.Values.Where(c => c.IsValueCreated))
        {
            channel.Value.Channel.Dispose();
        }
    }

    private (GrpcChannel Channel, CallInvoker Invoker) Create(string name)
    {
        var own = options.Get(name);
        var address = own.Address ?? throw new InvalidOperationException($"Could not resolve the address for gRPC client '{name}'. Set an address when registering the client: services.AddGrpcClient<...>(o => o.Address = ...).");
        var channelOptions = new GrpcChannelOptions { HttpHandler = handlers.CreateHandler(name) };
        foreach (var action in own.ChannelOptionsActions)
        {
            action(channelOptions);
        }

        var channel = GrpcChannel.ForAddress(address, channelOptions);
        return (channel, channel.CreateCallInvoker());
    }
}
