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
        found.Message ??= PlainText(body) ?? $"{provider} answered with status {status.ToString(CultureInfo.InvariantCulture)} and no explanation.";
        var error = Judge(status, found);
        return retryAfter is null ? error : error with { RetryAfter = retryAfter };
    }

    /// <summary>Reads an error that came inside an answer that had begun as a success.</summary>
    public static ProviderError ReadEmbedded(ReadOnlySpan<byte> json, string provider)
    {
        var found = ReadObject(json);
        found.Message ??= $"{provider} reported an error inside its answer and gave no explanation.";
        return Judge(found.Status, found);
    }

    private static ProviderError Judge(int status, in ErrorFacts found)
    {
        var kind = ErrorClassifier.Classify(status, found);
        var wait = found.RetryAfter ?? (kind is ErrorKind.RateLimited or ErrorKind.Overloaded or ErrorKind.Quota ? RetryHint.Find(found.Message!) : null);
        return new(kind, status, Shorten(found.Message!)) { Code = found.Code ?? found.Type, Param = found.Param, RetryAfter = wait };
    }

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

    private static ErrorFacts ReadObject(ReadOnlySpan<byte> body)
    {
        var found = default(ErrorFacts);
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

            ErrorFactsReader.Collect(root, ref found);
            if (root.TryGetProperty("error", out var error))
            {
                if (error.ValueKind == JsonValueKind.String)
                {
                    found.Message = error.GetString();
                }
                else if (error.ValueKind == JsonValueKind.Object)
                {
                    found.Type = null;
                    ErrorFactsReader.Collect(error, ref found);
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
}
