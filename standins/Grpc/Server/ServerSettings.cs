using System.IO.Compression;
using Grpc.AspNetCore.Server;
using Grpc.Wire;

namespace Grpc.Server;

/// <summary>The options of one service, read once when it is mapped.</summary>
internal sealed class ServerSettings(GrpcServiceOptions options)
{
    public int? MaxReceiveMessageSize { get; } = options.MaxReceiveMessageSize;

    public int? MaxSendMessageSize { get; } = options.MaxSendMessageSize;

    public bool DetailedErrors { get; } = options.EnableDetailedErrors ?? false;

    public string? ResponseEncoding { get; } = Check(options);

    public CompressionLevel? ResponseCompressionLevel { get; } = options.ResponseCompressionLevel;

    public CompressionSet Compression { get; } = new(options.CompressionProviders);

    public bool IgnoreUnknownServices { get; } = options.IgnoreUnknownServices ?? false;

    private static string? Check(GrpcServiceOptions options) =>
        options.ResponseCompressionAlgorithm is null or CompressionSet.Identity || options.CompressionProviders.Any(p => p.EncodingName == options.ResponseCompressionAlgorithm)
            ? options.ResponseCompressionAlgorithm
            : throw new InvalidOperationException($"The configured response compression algorithm '{options.ResponseCompressionAlgorithm}' does not have a matching compression provider.");
}
