// Stands for Grpc.Core.ChannelBase of the package Grpc.Core.Api; complete.

namespace Grpc.Core;

/// <summary>A way to one service's address.</summary>
public abstract class ChannelBase
{
    /// <summary>Makes a channel to a target.</summary>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>Host and port, as given.</summary>
    public string Target { get; }

    /// <summary>Makes what starts calls on this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends all calls and connections.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Ends all calls and connections.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
