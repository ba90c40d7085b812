// Stands for Grpc.Net.Client.GrpcChannelOptions of the package Grpc.Net.Client.
// Leaves out: credentials, retry and service configuration, load balancing, logging, HttpVersion.

using Grpc.Net.Compression;

namespace Grpc.Net.Client;

/// <summary>How a channel calls.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>The longest reply message in bytes, uncompressed; null for no limit. Default 4 MiB.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest request message in bytes, uncompressed; null for no limit, the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The compressions that requests and replies may use; null for gzip and deflate.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>The HTTP client to call with; its Timeout must be infinite. Not together with <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The HTTP handler to call with; null for one of the channel's own.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether the channel disposes the given client or handler.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a call that its token or its deadline ended throws <see cref="OperationCanceledException"/> instead of <see cref="Core.RpcException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }
}
