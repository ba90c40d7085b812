namespace Grpc.Wire;

/// <summary>Names of headers and trailers on the wire.</summary>
internal static class GrpcHeader
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>Never sent: the entry with which a caller or service chooses the compression of one call.</summary>
    public const string RequestEncoding = "grpc-internal-encoding-request";

    /// <summary>Whether a header belongs to the protocol, so that it is no metadata.</summary>
    public static bool IsReserved(string name) =>
        name.Length == 0 || name[0] == ':' || Reserved.Contains(name);

    /// <summary>Whether a media type is gRPC's: <c>application/grpc</c>, perhaps with <c>+format</c> or parameters.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is ';' or '+');

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        Status, Message, Timeout, Encoding, AcceptEncoding, RequestEncoding, "content-type", "content-length", "te", "host", "accept-encoding", "trailer", "transfer-encoding",
    };
}
