using System.Globalization;
using Ccr.Protocols.Errors;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Failures inside a Responses stream, in the codes that its clients act upon.</summary>
internal static class ResponsesErrors
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
