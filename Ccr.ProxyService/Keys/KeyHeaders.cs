using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Keys;

/// <summary>Tells a client with a limited key how much of it is left, in the headers that its library knows. A provider's own headers of that kind make way: they are about the router's key, not the client's.</summary>
internal static class KeyHeaders
{
    /// <summary>Sets them; nothing for a call without a limited key.</summary>
    public static void Set(ProxyCall call)
    {
        if (call.KeyVerdict is not { } verdict || KeyCaller.Of(call.Http)?.Key is not { } key)
        {
            return;
        }

        var headers = call.Http.Response.Headers;
        if (key.Rpm is not null || key.Tpm is not null)
        {
            foreach (var name in headers.Keys.Where(static n => n.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase) || n.StartsWith("anthropic-ratelimit-", StringComparison.OrdinalIgnoreCase)).ToList())
            {
                headers.Remove(name);
            }
        }

        var isAnthropic = call.Client.Dialect == Dialect.Anthropic;
        if (key.Rpm is { } rpm)
        {
            Set(headers, isAnthropic, "requests", rpm, rpm - verdict.Requests, verdict.Reset, call.StartedAt);
        }

        if (key.Tpm is { } tpm)
        {
            Set(headers, isAnthropic, "tokens", tpm, tpm - verdict.Tokens, verdict.Reset, call.StartedAt);
        }

        if (key.BudgetDay is not null)
        {
            headers["x-ccr-key-spent-day"] = Usd(verdict.DaySpent);
        }

        if (key.BudgetMonth is not null)
        {
            headers["x-ccr-key-spent-month"] = Usd(verdict.MonthSpent);
        }
    }

    private static void Set(IHeaderDictionary headers, bool isAnthropic, string what, long limit, long remaining, DateTimeOffset reset, DateTimeOffset now)
    {
        var (most, left) = (limit.ToString(CultureInfo.InvariantCulture), Math.Max(0, remaining).ToString(CultureInfo.InvariantCulture));
        if (isAnthropic)
        {
            headers[$"anthropic-ratelimit-{what}-limit"] = most;
            headers[$"anthropic-ratelimit-{what}-remaining"] = left;
            headers[$"anthropic-ratelimit-{what}-reset"] = reset.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            return;
        }

        headers[$"x-ratelimit-limit-{what}"] = most;
        headers[$"x-ratelimit-remaining-{what}"] = left;
        headers[$"x-ratelimit-reset-{what}"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(Math.Max(0, (reset - now).TotalSeconds)):0}s");
    }

    private static string Usd(long nano) => Nano.ToUsd(nano).ToString("0.00#######", CultureInfo.InvariantCulture);
}
