using System.Globalization;
using System.Text.RegularExpressions;

namespace Ccr.Protocols.Errors;

/// <summary>When to come back, out of the words of an error: "try again in 1.3s", "Please retry in 34.07s", "retry after 20 seconds", "try again in 7m12s".</summary>
internal static partial class RetryHint
{
    private const double LongestSeconds = 86_400;

    /// <summary>The wait that a text names; null when it names none below a day.</summary>
    public static TimeSpan? Find(string text)
    {
        var match = Wait().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var seconds = 0d;
        var numbers = match.Groups["number"].Captures;
        var units = match.Groups["unit"].Captures;
        for (var i = 0; i < numbers.Count; i++)
        {
            if (!double.TryParse(numbers[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            seconds += number * (units[i].Value.ToLowerInvariant() switch
            {
                "ms" or "millisecond" or "milliseconds" => 0.001,
                "m" or "min" or "mins" or "minute" or "minutes" => 60,
                "h" or "hour" or "hours" => 3600,
                _ => 1,
            });
        }

        return seconds is > 0 and < LongestSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    // Several pairs for "7m12.345s"; the longer unit words first, so that "ms" is not taken for minutes.
    [GeneratedRegex(
        @"\b(?:try again|retry(?: your request)?|wait)(?: in| after| for)? ?(?:(?<number>[0-9]{1,9}(?:\.[0-9]{1,9})?) ?(?<unit>milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)(?![a-z]{2}) ?){1,3}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Wait();
}
