using System.Buffers;
using System.Globalization;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Errors;

/// <summary>Failures in Gemini's shape: {"error":{"code","message","status","details"}}.</summary>
public static class GeminiErrors
{
    /// <summary>The HTTP status for a failure of a provider.</summary>
    public static int Status(ProviderError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentPolicy => 400,
        ErrorKind.Authentication or ErrorKind.Permission => 502,
        ErrorKind.Quota or ErrorKind.RateLimited => 429,
        ErrorKind.NotFound => 404,
        ErrorKind.TooLarge => 413,
        ErrorKind.Overloaded => 503,
        ErrorKind.Timeout => 504,
        ErrorKind.Transport or ErrorKind.Malformed => 502,
        _ => error.Status is >= 500 and < 600 and not 529 ? error.Status : 500,
    };

    /// <summary>Writes the body of an error answer.</summary>
    public static void WriteBody(IBufferWriter<byte> output, ProviderError error) => Write(output, Status(error), error.Message, error.RetryAfter);

    /// <summary>Writes an error body of the proxy's own making.</summary>
    public static void Write(IBufferWriter<byte> output, int status, string message, TimeSpan? retryAfter = null)
    {
        var json = new RawJsonWriter(output);
        json.Raw("{\"error\":{\"code\":"u8);
        json.Number(status);
        json.Raw(",\"message\":"u8);
        json.Quoted(message);
        json.Raw(",\"status\":\""u8);
        json.Raw(Word(status));
        if (retryAfter is { } wait)
        {
            json.Raw("\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":"u8);
            json.Quoted(string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalSeconds)}s"));
            json.Raw("}]}}"u8);
            return;
        }

        json.Raw("\"}}"u8);
    }

    private static ReadOnlySpan<byte> Word(int status) => status switch
    {
        400 or 413 => "INVALID_ARGUMENT"u8,
        401 => "UNAUTHENTICATED"u8,
        403 => "PERMISSION_DENIED"u8,
        404 => "NOT_FOUND"u8,
        402 or 429 => "RESOURCE_EXHAUSTED"u8,
        503 => "UNAVAILABLE"u8,
        504 => "DEADLINE_EXCEEDED"u8,
        _ => "INTERNAL"u8,
    };
}
