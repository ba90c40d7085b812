using System.Buffers;
using System.Globalization;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Failures inside a Responses stream, in the codes that its clients act upon.</summary>
public static class ResponsesErrors
{
    private const double UsualWait = 5;

    /// <summary>The code of response.error: a string always.</summary>
    public static string Code(ProviderError error) => error.Kind switch
    {
        ErrorKind.ContextTooLong => "context_length_exceeded",
        ErrorKind.Quota => "insufficient_quota",
        ErrorKind.RateLimited => "rate_limit_exceeded",
        ErrorKind.InvalidRequest or ErrorKind.ContentPolicy or ErrorKind.TooLarge => "invalid_prompt",
        ErrorKind.NotFound => "model_not_found",
        // "server_is_overloaded" would be final for Codex; another try may well succeed.
        _ => "server_error",
    };

    /// <summary>The message; for rate limits with the wait in the words that Codex reads it from.</summary>
    public static string Message(ProviderError error)
    {
        if (error.Kind != ErrorKind.RateLimited || error.Message.Contains("try again in", StringComparison.OrdinalIgnoreCase))
        {
            return OpenAIErrors.Message(error);
        }

        var seconds = (error.RetryAfter?.TotalSeconds ?? UsualWait).ToString("0.###", CultureInfo.InvariantCulture);
        return $"{error.Message.TrimEnd('.')}. Please try again in {seconds}s.";
    }

    /// <summary>Writes the event that ends a stream of a provider's own bytes. Codex acts on this event only; one named error counts as an early end with it.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="error">The failure.</param>
    /// <param name="responseId">The id that the client knows the response by.</param>
    /// <param name="model">The model that the client asked for.</param>
    /// <param name="createdAt">When, in Unix seconds.</param>
    /// <param name="lastFrame">The last event that the client got; empty when there was none.</param>
    public static void WriteFailed(IBufferWriter<byte> output, ProviderError error, string responseId, string model, long createdAt, ReadOnlySpan<byte> lastFrame)
    {
        var json = new RawJsonWriter(output);
        json.Raw("event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":"u8);
        json.Number((LastFrame.Number(lastFrame, "sequence_number") ?? -1) + 1);
        json.Raw(",\"response\":{\"id\":"u8);
        json.Quoted(responseId);
        json.Raw(",\"object\":\"response\",\"created_at\":"u8);
        json.Number(createdAt);
        json.Raw(",\"status\":\"failed\",\"background\":false,\"error\":{\"code\":"u8);
        json.Quoted(Code(error));
        json.Raw(",\"message\":"u8);
        json.Quoted(Message(error));
        json.Raw("},\"incomplete_details\":null,\"model\":"u8);
        json.Quoted(model);
        json.Raw(",\"output\":[],\"usage\":null,\"metadata\":{}}}\n\n"u8);
    }

    /// <summary>Reads an error from a stream, with the wait that stands in its words.</summary>
    public static ProviderError Read(ReadOnlySpan<byte> json, string provider)
    {
        var error = ProviderErrorReader.ReadEmbedded(json, provider);
        if (error.Code is "invalid_prompt" or "invalid_encrypted_content" or "previous_response_not_found" && error.Kind == ErrorKind.Server)
        {
            error = error with { Kind = ErrorKind.InvalidRequest };
        }

        return error.RetryAfter is null && WaitIn(error.Message) is { } wait ? error with { RetryAfter = wait } : error;
    }

    private static TimeSpan? WaitIn(string message)
    {
        const string words = "try again in ";
        var at = message.IndexOf(words, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var rest = message.AsSpan(at + words.Length);
        var length = 0;
        while (length < rest.Length && (char.IsAsciiDigit(rest[length]) || rest[length] == '.'))
        {
            length++;
        }

        if (length == 0 || !double.TryParse(rest[..length].TrimEnd('.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number > 86_400_000)
        {
            return null;
        }

        rest = rest[length..].TrimStart();
        return rest.StartsWith("ms") ? TimeSpan.FromMilliseconds(number) : rest.StartsWith('s') ? TimeSpan.FromSeconds(number) : null;
    }
}
