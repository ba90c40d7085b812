// Stands for Grpc.Core.ContextPropagationToken and ContextPropagationOptions of the package Grpc.Core.Api; complete in shape.
// The server of the stand-in, like the real one for ASP.NET Core, makes no tokens.

namespace Grpc.Core;

/// <summary>Passes the deadline and cancellation of a call on to the calls made for it.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}

/// <summary>What is passed on.</summary>
public class ContextPropagationOptions
{
    /// <summary>What is used when nothing is said.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Makes options.</summary>
    public ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
    {
        IsPropagateDeadline = propagateDeadline;
        IsPropagateCancellation = propagateCancellation;
    }

    /// <summary>Whether the deadline is passed on.</summary>
    public bool IsPropagateDeadline { get; }

    /// <summary>Whether the cancellation is passed on.</summary>
    public bool IsPropagateCancellation { get; }
}
