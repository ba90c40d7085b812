// Stands for Grpc.Core.RpcException of the package Grpc.Core.Api; complete.

namespace Grpc.Core;

#pragma warning disable CA1032 // The real type has these constructors only: a call error without a status means nothing.

/// <summary>A call that did not end with <see cref="StatusCode.OK"/>.</summary>
public class RpcException : Exception
{
    /// <summary>Makes an error from its status.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <summary>Makes an error from its status, with a message of its own.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Makes an error from its status and trailers.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Makes an error from its status and trailers, with a message of its own.</summary>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>What the service sent after the last message.</summary>
    public Metadata Trailers { get; }
}
