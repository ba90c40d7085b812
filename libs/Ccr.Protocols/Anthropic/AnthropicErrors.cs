using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>Failures in Anthropic's shape: status, type and the wordings that its clients act upon.</summary>
public static partial class AnthropicErrors
{
    /// <summary>Claude Code gives up at once when asked to wait longer.</summary>
    private const int LongestRetryAfterSeconds = 60;

    /// <summary>The HTTP status for a failure of a provider.</summary>
    public static int Status(ProviderError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentPolicy => 400,
        // Our key at the provider is wrong, not the client's at us: a 401 would make Claude Code ask ten times for another key.
        ErrorKind.Authentication or ErrorKind.Permission => 502,
        ErrorKind.Quota => 402,
        ErrorKind.NotFound => 404,
        ErrorKind.TooLarge => 413,
        ErrorKind.RateLimited => 429,
        ErrorKind.Overloaded => 529,
        ErrorKind.Timeout => 504,
        ErrorKind.Transport or ErrorKind.Malformed => 502,
        _ => error.Status is >= 500 and < 600 ? error.Status : 500,
    };

    /// <summary>The value of the retry-after header in whole seconds, at most 60; null when none is due. A 429 always has one, because Codex takes a bare one as final.</summary>
    public static int? RetryAfterSeconds(ProviderError error)
    {
        if (error.RetryAfter is { } wait)
        {
            return (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, LongestRetryAfterSeconds);
        }

        return error.Kind is ErrorKind.RateLimited ? 5 : null;
    }

    /// <summary>Writes the error object.</summary>
    public static void WriteBody(IBufferWriter<byte> output, ProviderError error, string requestId)
    {
        var type = error.Kind switch
        {
            ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentPolicy => "invalid_request_error",
            ErrorKind.Quota => "billing_error",
            ErrorKind.NotFound => "not_found_error",
            ErrorKind.TooLarge => "request_too_large",
            ErrorKind.RateLimited => "rate_limit_error",
            ErrorKind.Overloaded => "overloaded_error",
            ErrorKind.Timeout => "timeout_error",
            _ => "api_error",
        };
        Write(output, type, Message(error), requestId);
    }

    /// <summary>Writes an error object of the proxy's own making.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="type">Anthropic's type.</param>
    /// <param name="message">What is wrong, and the remedy.</param>
    /// <param name="requestId">Our id of the request.</param>
    /// <param name="errorCode">details.error_code, on which clients act; null for none.</param>
    /// <param name="field">The field that is not supported, told beside the code.</param>
    public static void Write(IBufferWriter<byte> output, string type, string message, string requestId, string? errorCode = null, string? field = null)
    {
        var json = new RawJsonWriter(output);
        json.Raw("{\"type\":\"error\",\"error\":{\"type\":"u8);
        json.Quoted(type);
        json.Raw(",\"message\":"u8);
        json.Quoted(message);
        if (errorCode is not null)
        {
            json.Raw(",\"details\":{\"error_code\":"u8);
            json.Quoted(errorCode);
            json.Raw(",\"unsupported\":["u8);
            json.Quoted(field ?? "");
            json.Raw("]}"u8);
        }

        json.Raw("},\"request_id\":"u8);
        json.Quoted(requestId);
        json.Raw("}"u8);
    }

    private static string Message(ProviderError error)
    {
        if (error.Kind != ErrorKind.ContextTooLong || error.Message.StartsWith("prompt is too long:", StringComparison.Ordinal))
        {
            return error.Message;
        }

        // The wording that makes Claude Code compact the conversation and go on.
        var numbers = Numbers().Matches(error.Message).Select(m => long.Parse(m.Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)).Where(n => n >= 256).Order().ToList();
        return numbers.Count >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"prompt is too long: {numbers[^1]} tokens > {numbers[0]} maximum. {error.Message}")
            : $"prompt is too long: {error.Message}";
    }

    [GeneratedRegex("[0-9][0-9,]{0,14}")]
    private static partial Regex Numbers();
}
