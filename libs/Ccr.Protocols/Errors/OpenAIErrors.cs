using System.Buffers;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Errors;

/// <summary>Failures in OpenAI's shape, for Chat Completions and Responses: status, type and the codes that their clients act upon.</summary>
public static class OpenAIErrors
{
    /// <summary>The HTTP status for a failure of a provider.</summary>
    public static int Status(ProviderError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentPolicy => 400,
        // Our key at the provider is wrong, not the client's at us.
        ErrorKind.Authentication or ErrorKind.Permission => 502,
        ErrorKind.Quota or ErrorKind.RateLimited => 429,
        ErrorKind.NotFound => 404,
        ErrorKind.TooLarge => 413,
        ErrorKind.Overloaded => 503,
        ErrorKind.Timeout => 504,
        ErrorKind.Transport or ErrorKind.Malformed => 502,
        _ => error.Status is >= 500 and < 600 and not 529 ? error.Status : 500,
    };

    /// <summary>The code that clients act upon; null when there is none for this kind.</summary>
    public static string? Code(ProviderError error) => error.Kind switch
    {
        ErrorKind.ContextTooLong => "context_length_exceeded",
        ErrorKind.ContentPolicy => "content_filter",
        ErrorKind.Quota => "insufficient_quota",
        ErrorKind.RateLimited => "rate_limit_exceeded",
        ErrorKind.NotFound => "model_not_found",
        ErrorKind.Overloaded => "server_is_overloaded",
        ErrorKind.InvalidRequest => error.Code ?? "invalid_request",
        _ => "server_error",
    };

    /// <summary>The type of the error object.</summary>
    public static string Type(ProviderError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentPolicy or ErrorKind.NotFound or ErrorKind.TooLarge => "invalid_request_error",
        ErrorKind.Quota => "insufficient_quota",
        ErrorKind.RateLimited => "rate_limit_error",
        _ => "server_error",
    };

    /// <summary>Writes the body of an error answer: {"error":{…}}.</summary>
    public static void WriteBody(IBufferWriter<byte> output, ProviderError error) => Write(output, Type(error), Message(error), error.Param, Code(error));

    /// <summary>Writes an error body of the proxy's own making.</summary>
    public static void Write(IBufferWriter<byte> output, string type, string message, string? param, string? code)
    {
        var json = new RawJsonWriter(output);
        json.Raw("{\"error\":{\"message\":"u8);
        json.Quoted(message);
        json.Raw(",\"type\":"u8);
        json.Quoted(type);
        json.Raw(",\"param\":"u8);
        WriteOrNull(json, param);
        json.Raw(",\"code\":"u8);
        WriteOrNull(json, code);
        json.Raw("}}"u8);
    }

    /// <summary>The message, with a wording that makes agents compact when the context is full.</summary>
    public static string Message(ProviderError error) =>
        error.Kind == ErrorKind.ContextTooLong && !error.Message.Contains("maximum context length", StringComparison.OrdinalIgnoreCase)
            ? $"The prompt exceeds this model's maximum context length. {error.Message}"
            : error.Message;

    private static void WriteOrNull(RawJsonWriter json, string? value)
    {
        if (value is null)
        {
            json.Raw("null"u8);
        }
        else
        {
            json.Quoted(value);
        }
    }
}
