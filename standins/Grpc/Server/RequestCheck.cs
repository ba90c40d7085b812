using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.Server;

/// <summary>Refuses what is no gRPC request, in HTTP's own terms.</summary>
internal static class RequestCheck
{
    /// <summary>Whether the request is one; otherwise the answer is already written.</summary>
    public static bool Passes(HttpContext http)
    {
        var request = http.Request;
        if (HttpMethods.IsOptions(request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return Refuse(http.Response, StatusCodes.Status405MethodNotAllowed, "Unhandled CORS preflight request received. CORS may not be configured correctly in the application.");
        }

        if (!GrpcHeader.IsGrpc(request.ContentType))
        {
            return Refuse(http.Response, StatusCodes.Status415UnsupportedMediaType, request.ContentType is { Length: > 0 } type
                ? $"Content-Type '{type}' is not supported."
                : "Content-Type is missing from the request.");
        }

        if (!HttpProtocol.IsHttp2(request.Protocol) && !HttpProtocol.IsHttp3(request.Protocol))
        {
            http.Response.Headers.Upgrade = HttpProtocol.Http2;
            return Refuse(http.Response, StatusCodes.Status426UpgradeRequired, $"Request protocol '{request.Protocol}' is not supported.");
        }

        return true;
    }

    private static bool Refuse(HttpResponse response, int code, string detail)
    {
        response.StatusCode = code;
        StatusWriter.Write(response.Headers, new Status(StatusCode.Internal, detail), trailers: null);
        return false;
    }
}
