using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;

namespace Ccr.ProxyService.Health;

/// <summary>
/// Reads from an answer's headers whether its key is used up, and until when. Every dialect says the same with a pair of headers, one with "remaining" and one with "reset" in
/// its name; the pair counts when nothing remains and the reset lies ahead. A remaining 0 without such a reset is a phantom that some servers send with every answer.
/// <code>
/// anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{remaining,reset}   RFC 3339
/// anthropic-ratelimit-unified[-5h,-7d]-{status: rejected,reset}                        Unix seconds
/// x-ratelimit-{remaining,reset}-{requests,tokens}                                      6m0s, 120ms, 7.66s   (OpenAI, Groq)
/// x-ratelimit-{remaining,reset}, ratelimit-{remaining,reset}                           seconds from now, Unix seconds or milliseconds
/// [x-]ratelimitbysize-remaining[-minute], ratelimitbysize-reset                        seconds from now     (Mistral)
/// ratelimit: "default";r=0;t=5                                                         draft-ietf-httpapi-ratelimit-headers
/// </code>
/// </summary>
internal static class RateLimitHeaders
{
    private const string Unified = "anthropic-ratelimit-unified";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Until when the key is used up, Unix milliseconds; 0 when it is not. Allocates only for headers that say it is.</summary>
    public static long UsedUpUntil(HttpResponseHeaders headers, long now)
    {
        var until = 0L;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (!name.Contains("ratelimit", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (name.Equals("ratelimit", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var value in values)
                {
                    until = Math.Max(until, Combined(value, now));
                }
            }
            else if (IsUsedUp(name, values.ToString()))
            {
                until = Math.Max(until, ResetOf(name, headers, now));
            }
        }

        return until;
    }

    /// <summary>A reset in any of the known forms as Unix milliseconds; null when it is none.</summary>
    public static long? Reset(ReadOnlySpan<char> text, long now)
    {
        text = text.Trim();
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            // No delay is as long as 30 years, and no moment of today is before 2001.
            return number switch
            {
                >= 1e15 => null,
                >= 1e11 => (long)number,
                >= 1e9 => (long)(number * 1000),
                _ => now + (long)Math.Ceiling(number * 1000),
            };
        }

        if (Duration(text) is { } milliseconds)
        {
            return now + milliseconds;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.ToUnixTimeMilliseconds() : null;
    }

    private static bool IsUsedUp(string name, string value) =>
        name.StartsWith(Unified, StringComparison.OrdinalIgnoreCase) && name.EndsWith("status", StringComparison.OrdinalIgnoreCase)
            ? value.Equals("rejected", StringComparison.OrdinalIgnoreCase)
            : name.Contains("remaining", StringComparison.OrdinalIgnoreCase)
              && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var left) && left <= 0;

    private static long ResetOf(string name, HttpResponseHeaders headers, long now)
    {
        var reset = name.Replace("remaining", "reset", StringComparison.OrdinalIgnoreCase).Replace("status", "reset", StringComparison.OrdinalIgnoreCase);
        if (!headers.NonValidated.TryGetValues(reset, out var values)
            && !(name.Contains("bysize", StringComparison.OrdinalIgnoreCase) && headers.NonValidated.TryGetValues("ratelimitbysize-reset", out values)))
        {
            return 0;
        }

        return Reset(values.ToString(), now) is { } until && until > now ? until : 0;
    }

    /// <summary>Items of "policy";r=remaining;t=seconds, and the older limit=…, remaining=…, reset=….</summary>
    private static long Combined(string value, long now)
    {
        var until = 0L;
        double? remaining = null;
        foreach (var part in value.AsSpan().SplitAny(';', ','))
        {
            var pair = value.AsSpan(part).Trim();
            var equals = pair.IndexOf('=');
            if (equals < 0)
            {
                // The name of the next policy.
                remaining = null;
                continue;
            }

            var number = double.TryParse(pair[(equals + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var parsed) ? parsed : (double?)null;
            switch (pair[..equals].Trim())
            {
                case "r" or "remaining":
                    remaining = number;
                    break;
                case "t" or "reset" when remaining <= 0 && number > 0:
                    until = Math.Max(until, now + (long)(number.Value * 1000));
                    break;
            }
        }

        return until;
    }

    /// <summary>1h2m3.5s, 120ms and the like in milliseconds.</summary>
    private static long? Duration(ReadOnlySpan<char> text)
    {
        var total = 0.0;
        if (text.IsEmpty)
        {
            return null;
        }

        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            text = text[digits..];
            var letters = text.IndexOfAny(Digits);
            var unit = letters < 0 ? text : text[..letters];
            double? length = unit switch
            {
                "ns" => 1e-6,
                "us" or "µs" => 1e-3,
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => null,
            };
            if (length is null)
            {
                return null;
            }

            total += number * length.Value;
            text = text[unit.Length..];
        }

        return total < 1e13 ? (long)Math.Ceiling(total) : null;
    }
}
