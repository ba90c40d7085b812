using System.Buffers;
using Ccr.ProxyService.Dialects;

namespace Ccr.ProxyService.Endpoints;

/// <summary>Writes error answers. Nothing is written once an answer has begun.</summary>
internal static class ErrorAnswers
{
    /// <summary>Writes a body of the caller's making under a status.</summary>
    public static async Task WriteAsync(HttpContext http, int status, Action<IBufferWriter<byte>> body)
    {
        if (http.Response.HasStarted)
        {
            return;
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        var buffer = new ArrayBufferWriter<byte>(512);
        body(buffer);
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Writes an error of the proxy's own in the shape of a dialect.</summary>
    public static Task WriteAsync(HttpContext http, ClientDialect client, int status, string type, string message, string? field, string requestId, string? code = null) =>
        WriteAsync(http, status, output => client.WriteOwnError(output, status, type, message, field, requestId, code));

    /// <summary>Writes an error of the proxy's own in the shape of whatever dialect the address or the headers speak.</summary>
    public static Task WriteAsync(HttpContext http, int status, string type, string message, string requestId) =>
        WriteAsync(http, ClientDialects.Of(http.Request), status, type, message, null, requestId);
}
