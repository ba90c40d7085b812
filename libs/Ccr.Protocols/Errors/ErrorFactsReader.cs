using System.Globalization;
using System.Text.Json;

namespace Ccr.Protocols.Errors;

/// <summary>Collects the facts of one error object, whichever provider spelt it.</summary>
internal static class ErrorFactsReader
{
    /// <summary>Adds what the object says; what it does not say stays as it was.</summary>
    public static void Collect(JsonElement element, ref ErrorFacts found)
    {
        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "message" or "Message" or "detail" or "msg" when value.ValueKind == JsonValueKind.String:
                    found.Message = value.GetString();
                    break;
                case "detail" or "message" when value.ValueKind is JsonValueKind.Array or JsonValueKind.Object:
                    found.Message = value.GetRawText();
                    break;
                case "type" or "status" when value.ValueKind == JsonValueKind.String:
                    found.Type = value.GetString();
                    break;
                case "__type" when value.ValueKind == JsonValueKind.String:
                    // Amazon's: "com.amazon.coral.service#ThrottlingException".
                    found.Type = value.GetString()!.Split('#')[^1];
                    break;
                case "param" when value.ValueKind == JsonValueKind.String:
                    found.Param = value.GetString();
                    break;
                case "code" when value.ValueKind == JsonValueKind.String:
                    ReadCode(value.GetString()!, ref found);
                    break;
                case "code" or "status" or "status_code" when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var status) && status is >= 100 and < 600:
                    found.Status = status;
                    break;
                case "code" when value.ValueKind == JsonValueKind.Number:
                    found.Code = value.GetRawText();
                    break;
                case "retry_after" when value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 86_400:
                    found.RetryAfter = TimeSpan.FromSeconds(seconds);
                    break;
                case "details" when value.ValueKind == JsonValueKind.Array:
                    ReadDetails(value, ref found);
                    break;
                case "details" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("error_code", out var code) && code.ValueKind == JsonValueKind.String:
                    found.Code = code.GetString();
                    break;
                case "metadata" when value.ValueKind == JsonValueKind.Object:
                    ReadMetadata(value, ref found);
                    break;
                case "innererror" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("code", out var inner) && inner.ValueKind == JsonValueKind.String && inner.ValueEquals("ResponsibleAIPolicyViolation"u8):
                    found.IsModerated = true;
                    break;
                case "base_resp" when value.ValueKind == JsonValueKind.Object:
                    ReadBaseResponse(value, ref found);
                    break;
            }
        }
    }

    /// <summary>Azure and LiteLLM write the status as a string.</summary>
    private static void ReadCode(string code, ref ErrorFacts found)
    {
        if (code.Length == 3 && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and < 600)
        {
            found.Status = status;
        }

        found.Code = code;
    }

    /// <summary>Google's details: RetryInfo, QuotaFailure and ErrorInfo.</summary>
    private static void ReadDetails(JsonElement details, ref ErrorFacts found)
    {
        foreach (var detail in details.EnumerateArray())
        {
            if (detail.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            if (detail.TryGetProperty("retryDelay", out var delay) && delay.ValueKind == JsonValueKind.String
                && double.TryParse(delay.GetString()!.TrimEnd('s'), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400)
            {
                found.RetryAfter = TimeSpan.FromSeconds(seconds);
            }

            if (detail.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String)
            {
                found.Reason = reason.GetString();
            }

            if (detail.TryGetProperty("violations", out var violations) && violations.ValueKind == JsonValueKind.Array)
            {
                foreach (var violation in violations.EnumerateArray())
                {
                    found.IsLongQuota |= violation.ValueKind == JsonValueKind.Object && violation.TryGetProperty("quotaId", out var id) && id.ValueKind == JsonValueKind.String
                        && (id.GetString()!.Contains("PerDay", StringComparison.Ordinal) || id.GetString()!.Contains("PerMonth", StringComparison.Ordinal));
                }
            }
        }
    }

    /// <summary>OpenRouter's: why its moderation refused, or what the provider behind it said.</summary>
    private static void ReadMetadata(JsonElement metadata, ref ErrorFacts found)
    {
        found.IsModerated |= metadata.TryGetProperty("reasons", out var reasons) && reasons.ValueKind == JsonValueKind.Array && reasons.GetArrayLength() > 0;
        if (!metadata.TryGetProperty("raw", out var raw) || raw.ValueKind != JsonValueKind.String || raw.GetString() is not { Length: > 0 } text)
        {
            return;
        }

        var inner = default(ErrorFacts);
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                Collect(root, ref inner);
                if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
                {
                    inner.Type = null;
                    Collect(error, ref inner);
                }
            }
        }
        catch (JsonException)
        {
            // Plain words.
        }

        var said = inner.Message ?? text;
        found.Message = found.Message is null || found.Message.Contains(said, StringComparison.Ordinal) ? said : $"{found.Message}: {said}";
        found.Type ??= inner.Type;
        found.Code ??= inner.Code;
        found.Param ??= inner.Param;
        found.RetryAfter ??= inner.RetryAfter;
    }

    private static void ReadBaseResponse(JsonElement response, ref ErrorFacts found)
    {
        if (!response.TryGetProperty("status_code", out var code) || code.ValueKind != JsonValueKind.Number || !code.TryGetInt32(out var number) || number == 0)
        {
            return;
        }

        found.MiniMax = number;
        found.Code = code.GetRawText();
        if (response.TryGetProperty("status_msg", out var message) && message.ValueKind == JsonValueKind.String)
        {
            found.Message = message.GetString();
        }
    }
}
