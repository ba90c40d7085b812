using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ccr.Protocols.Errors;

/// <summary>
/// Reads a provider's failure in whatever form it comes: the error objects of Anthropic, OpenAI and Gemini, a bare string, {detail}, an array around
/// it, HTML, plain text, nothing. Never throws.
/// </summary>
public static class ProviderErrorReader
{
    private const int LongestMessage = 2000;

    /// <summary>Reads the body of an HTTP answer that is no success.</summary>
    public static ProviderError Read(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter, string provider)
    {
        var found = ReadObject(body);
        var message = found.Message ?? PlainText(body) ?? $"{provider} answered with status {status.ToString(CultureInfo.InvariantCulture)} and no explanation.";
        return new(Classify(status, found.Code, found.Type, message), status, Shorten(message)) { Code = found.Code ?? found.Type, Param = found.Param, RetryAfter = retryAfter ?? found.RetryAfter };
    }

    /// <summary>Reads an error that came inside an answer that had begun as a success.</summary>
    public static ProviderError ReadEmbedded(ReadOnlySpan<byte> json, string provider)
    {
        var found = ReadObject(json);
        var message = found.Message ?? $"{provider} reported an error inside its answer and gave no explanation.";
        return new(Classify(found.Status, found.Code, found.Type, message), found.Status, Shorten(message)) { Code = found.Code ?? found.Type, Param = found.Param, RetryAfter = found.RetryAfter };
    }

    private static ErrorKind Classify(int status, string? code, string? type, string message)
    {
        if (IsContextTooLong(code, message) || type is "exceed_context_size_error")
        {
            return ErrorKind.ContextTooLong;
        }

        if (code is "insufficient_quota" or "billing_hard_limit_reached" || type is "insufficient_quota" or "billing_error")
        {
            return ErrorKind.Quota;
        }

        if (code is "content_filter" || type is "content_filter" || code is "content_policy_violation")
        {
            return ErrorKind.ContentPolicy;
        }

        var byType = type switch
        {
            "overloaded_error" => ErrorKind.Overloaded,
            "rate_limit_error" or "RESOURCE_EXHAUSTED" => ErrorKind.RateLimited,
            "authentication_error" or "UNAUTHENTICATED" => ErrorKind.Authentication,
            "permission_error" or "PERMISSION_DENIED" => ErrorKind.Permission,
            "not_found_error" or "NOT_FOUND" => ErrorKind.NotFound,
            "request_too_large" => ErrorKind.TooLarge,
            "timeout_error" or "DEADLINE_EXCEEDED" => ErrorKind.Timeout,
            "api_error" or "server_error" or "INTERNAL" when status is not (503 or 504 or 529) => ErrorKind.Server,
            "UNAVAILABLE" => ErrorKind.Overloaded,
            _ => (ErrorKind?)null,
        };
        var byCode = code switch
        {
            "rate_limit_exceeded" or "rate_limited" => ErrorKind.RateLimited,
            "invalid_api_key" => ErrorKind.Authentication,
            "model_not_found" => ErrorKind.NotFound,
            "server_error" when status is not (503 or 504 or 529) => ErrorKind.Server,
            "server_is_overloaded" or "overloaded" => ErrorKind.Overloaded,
            _ => (ErrorKind?)null,
        };
        return byCode ?? byType ?? status switch
        {
            401 => ErrorKind.Authentication,
            402 => ErrorKind.Quota,
            403 => ErrorKind.Permission,
            404 => ErrorKind.NotFound,
            408 or 504 => ErrorKind.Timeout,
            413 => ErrorKind.TooLarge,
            429 => ErrorKind.RateLimited,
            503 or 529 => ErrorKind.Overloaded,
            >= 500 => ErrorKind.Server,
            >= 400 => ErrorKind.InvalidRequest,
            _ => type is "invalid_request_error" ? ErrorKind.InvalidRequest : ErrorKind.Server,
        };
    }

    private static bool IsContextTooLong(string? code, string message) =>
        code is "context_length_exceeded" or "exceed_context_size_error" or "model_max_prompt_tokens_exceeded" or "too_many_prompt_tokens"
        || Contains(message, "maximum context length") || Contains(message, "exceeds the context window") || Contains(message, "context_length_exceeded")
        || Contains(message, "exceeds the maximum number of tokens") || Contains(message, "prompt is too long") || Contains(message, "prompt too long")
        || (Contains(message, "prompt token count") && Contains(message, "exceeds the limit"));

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string Shorten(string text) => text.Length <= LongestMessage ? text : string.Concat(text.AsSpan(0, LongestMessage), "…");

    private static string? PlainText(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestMessage * 2)]).Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (text[0] != '<')
        {
            return text;
        }

        // A web server's error page: its title says what the page says.
        var start = text.IndexOf("<title>", StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : text.IndexOf("</title>", start, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? "The provider answered with an HTML page." : $"The provider answered with an HTML page: {text[(start + 7)..end].Trim()}";
    }

    private static Found ReadObject(ReadOnlySpan<byte> body)
    {
        var found = default(Found);
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
            {
                root = root[0];
            }

            if (root.ValueKind != JsonValueKind.Object)
            {
                return found;
            }

            Collect(root, ref found);
            if (root.TryGetProperty("error", out var error))
            {
                if (error.ValueKind == JsonValueKind.String)
                {
                    found.Message = error.GetString();
                }
                else if (error.ValueKind == JsonValueKind.Object)
                {
                    found.Type = null;
                    Collect(error, ref found);
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON: the caller takes the text as it is.
        }
        catch (InvalidOperationException)
        {
            // Strings with lone surrogates: what was found before them stands.
        }

        found.Message = string.IsNullOrWhiteSpace(found.Message) ? null : found.Message;
        return found;
    }

    private static void Collect(JsonElement element, ref Found found)
    {
        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "message" or "detail" or "msg" when value.ValueKind == JsonValueKind.String:
                    found.Message = value.GetString();
                    break;
                case "detail" or "message" when value.ValueKind is JsonValueKind.Array or JsonValueKind.Object:
                    found.Message = value.GetRawText();
                    break;
                case "type" or "status" when value.ValueKind == JsonValueKind.String:
                    found.Type = value.GetString();
                    break;
                case "param" when value.ValueKind == JsonValueKind.String:
                    found.Param = value.GetString();
                    break;
                case "code" when value.ValueKind == JsonValueKind.String:
                    found.Code = value.GetString();
                    break;
                case "code" or "status" or "status_code" when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var status) && status is >= 100 and < 600:
                    found.Status = status;
                    break;
                case "retry_after" when value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 86_400:
                    found.RetryAfter = TimeSpan.FromSeconds(seconds);
                    break;
                case "details" when value.ValueKind == JsonValueKind.Array:
                    ReadRetryInfo(value, ref found);
                    break;
            }
        }
    }

    private static void ReadRetryInfo(JsonElement details, ref Found found)
    {
        foreach (var detail in details.EnumerateArray())
        {
            if (detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("retryDelay", out var delay) && delay.ValueKind == JsonValueKind.String
                && double.TryParse(delay.GetString()!.TrimEnd('s'), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400)
            {
                found.RetryAfter = TimeSpan.FromSeconds(seconds);
            }
        }
    }

    private struct Found
    {
        public string? Message;
        public string? Type;
        public string? Code;
        public string? Param;
        public int Status;
        public TimeSpan? RetryAfter;
    }
}
