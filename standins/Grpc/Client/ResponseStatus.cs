using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Client;

/// <summary>Finds out how a call ended: from trailers or headers, from HTTP, or from what the connection threw.</summary>
internal static class ResponseStatus
{
    /// <summary>The status in headers or trailers; null when there is none.</summary>
    public static Status? Read(HttpHeaders fields)
    {
        if (!fields.NonValidated.TryGetValues(GrpcHeader.Status, out var values))
        {
            return null;
        }

        var text = values.ToString();
        var detail = fields.NonValidated.TryGetValues(GrpcHeader.Message, out var message) ? StatusMessage.Decode(message.ToString()) : "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new Status(Enum.IsDefined((StatusCode)code) ? (StatusCode)code : StatusCode.Unknown, detail)
            : new Status(StatusCode.Unknown, $"Unexpected grpc-status value: {text}");
    }

    /// <summary>What is wrong with a response that has no status in its headers; null when it may go on.</summary>
    public static Status? Check(HttpResponseMessage response)
    {
        if (response.Version < HttpVersion.Version20)
        {
            return new Status(StatusCode.Internal, $"Bad gRPC response. Response protocol downgraded to HTTP/{response.Version.ToString(2)}.");
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new Status(FromHttp(response.StatusCode), string.Create(CultureInfo.InvariantCulture, $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}"));
        }

        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;
        return GrpcHeader.IsGrpc(type)
            ? null
            : new Status(StatusCode.Cancelled, type is null ? "Bad gRPC response. Response did not have a content-type header." : $"Bad gRPC response. Invalid content-type value: {type}");
    }

    /// <summary>Metadata from headers or trailers.</summary>
    public static Metadata ReadMetadata(HttpHeaders fields)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in fields.NonValidated)
        {
            foreach (var value in values)
            {
                MetadataCodec.AddField(metadata, name, value);
            }
        }

        return metadata;
    }

    /// <summary>The status for what a connection threw.</summary>
    public static Status FromException(string what, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case RpcException known:
                    return known.Status;
                case HttpProtocolException protocol:
                    return Describe(FromHttp2(protocol.ErrorCode), what, exception);
                case SocketException:
                    return Describe(StatusCode.Unavailable, what, exception);
                case IOException when e.InnerException is null:
                    return Describe(StatusCode.Unavailable, what, exception);
                case OperationCanceledException:
                    return Describe(StatusCode.Cancelled, what, exception);
            }
        }

        return Describe(StatusCode.Internal, what, exception);
    }

    private static Status Describe(StatusCode code, string what, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            what += $" {e.GetType().Name}: {e.Message}";
        }

        return new Status(code, what, exception);
    }

    private static StatusCode FromHttp(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.RequestHeaderFieldsTooLarge => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        < HttpStatusCode.OK => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };

    // RFC 9113, section 7, and the mapping of gRPC over HTTP2, "Errors".
    private static StatusCode FromHttp2(long code) => code switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
