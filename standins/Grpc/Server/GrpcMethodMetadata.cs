// Stands for Grpc.AspNetCore.Server.GrpcMethodMetadata of the package Grpc.AspNetCore.Server; complete.

using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>What an endpoint's metadata says about its method.</summary>
public sealed class GrpcMethodMetadata
{
    /// <summary>Describes an endpoint.</summary>
    public GrpcMethodMetadata(Type serviceType, IMethod method)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        ArgumentNullException.ThrowIfNull(method);
        ServiceType = serviceType;
        Method = method;
    }

    /// <summary>The class that serves the method.</summary>
    public Type ServiceType { get; }

    /// <summary>The method.</summary>
    public IMethod Method { get; }
}
