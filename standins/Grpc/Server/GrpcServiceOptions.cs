// Stands for Grpc.AspNetCore.Server.GrpcServiceOptions and GrpcServiceOptions<TService> of the package Grpc.AspNetCore.Server.
// Leaves out: Interceptors, SuppressCreatingService.

using System.IO.Compression;
using Grpc.Net.Compression;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server;

/// <summary>How services are served.</summary>
public class GrpcServiceOptions
{
    /// <summary>The longest request message in bytes, uncompressed; null for no limit. Default 4 MiB.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest reply message in bytes, uncompressed; null for no limit, the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether callers see the type and message of an exception that is no <see cref="Core.RpcException"/>. Default no.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The grpc-encoding of replies, used with callers that accept it; null for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard replies are compressed; null for the provider's own level.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>The compressions that requests and replies may use. Default gzip and deflate.</summary>
    public IList<ICompressionProvider> CompressionProviders { get; set; } = CompressionSet.Defaults();

    /// <summary>Whether calls of unknown services and methods are left to other endpoints instead of being answered with Unimplemented.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    internal void CopyFrom(GrpcServiceOptions other)
    {
        MaxReceiveMessageSize = other.MaxReceiveMessageSize;
        MaxSendMessageSize = other.MaxSendMessageSize;
        EnableDetailedErrors = other.EnableDetailedErrors;
        ResponseCompressionAlgorithm = other.ResponseCompressionAlgorithm;
        ResponseCompressionLevel = other.ResponseCompressionLevel;
        CompressionProviders = [.. other.CompressionProviders];
        IgnoreUnknownServices = other.IgnoreUnknownServices;
    }
}

/// <summary>How one service is served.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}
