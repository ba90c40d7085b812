using System.Globalization;
using Ccr.ProxyService.Configuration;
using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>Reads the query of /api/requests. A parameter that is not understood is an error that names it, never one that is passed over: what it would have left out would look like an answer.</summary>
internal sealed class RequestQueryReader(IQueryCollection query)
{
    /// <summary>All parameters there are.</summary>
    public static readonly string[] Known =
    [
        "limit", "before", "status", "provider", "model", "scenario", "application", "dialect", "session", "agent", "key", "failure", "since", "until", "streaming",
        "min_duration_ms", "q",
    ];

    private static readonly string[] Times = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>What is wrong with the query; null when nothing is.</summary>
    public string? Error { get; private set; }

    /// <summary>The query; meaningless when there is an <see cref="Error"/>.</summary>
    public RequestQuery Read()
    {
        foreach (var (name, values) in query)
        {
            if (!Known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Error ??= $"{name} is no parameter of this address{(Suggestion.Clause(name, Known) is { Length: > 0 } clause ? clause : ".")} Known are {string.Join(", ", Known)}.";
            }
            else if (values.Count > 1)
            {
                Error ??= $"{name} is given {values.Count} times: give it once.";
            }
        }

        var status = Word("status");
        return new()
        {
            Limit = (int)(Whole("limit", 1, RedisKeys.RecentRequestsLength) ?? RequestQuery.DefaultLimit),
            Before = Word("before"),
            IsOk = status switch { "ok" => true, "failed" => false, _ => null },
            Status = status is null or "ok" or "failed" ? null : Status(status),
            Provider = Word("provider"),
            Model = Word("model"),
            Scenario = Word("scenario"),
            Application = Word("application"),
            Dialect = Word("dialect"),
            Session = Word("session"),
            Agent = Word("agent"),
            Key = Word("key"),
            Failure = Word("failure"),
            Since = Time("since"),
            Until = Time("until"),
            Streaming = Flag("streaming"),
            LeastMilliseconds = Whole("min_duration_ms", 0, int.MaxValue),
            Text = Word("q"),
        };
    }

    private string? Word(string name) => query[name] is [{ Length: > 0 } text, ..] ? text : null;

    private long? Whole(string name, long least, long most)
    {
        if (Word(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        return Refuse<long>(name, text, $"{name} must be a whole number from {least} to {most}.");
    }

    private int? Status(string text) =>
        text.Length == 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599
            ? status
            : Refuse<int>("status", text, "status must be ok, failed or an HTTP status from 100 to 599.");

    private bool? Flag(string name) => Word(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => Refuse<bool>(name, text, $"{name} must be true or false."),
    };

    private DateTime? Time(string name)
    {
        if (Word(name) is not { } text)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 100_000_000_000m)
        {
            return DateTime.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        // A plus sign that was not escaped has become a space.
        return DateTimeOffset.TryParseExact(text.Replace(' ', '+'), Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime
            : Refuse<DateTime>(name, text, $"{name} must be a time, such as 2026-03-14T15:09:26Z, 2026-03-14 or Unix seconds.");
    }

    private T? Refuse<T>(string name, string text, string sentence)
        where T : struct
    {
        Error ??= $"{sentence} It is \"{(text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "…"))}\".";
        return null;
    }
}
