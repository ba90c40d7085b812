using System.Globalization;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Usage;

/// <summary>Reads the parameters of a question to /api/…; the first one that is wrong is kept as the problem.</summary>
internal sealed class ApiQuestion(IQueryCollection query)
{
    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    private static readonly long LatestSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>What is wrong: parameter, value, and what it may be; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>The parameter's text; null when it is not there or empty.</summary>
    public string? Text(string name) => query[name] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>A whole number.</summary>
    public int Integer(string name, int least, int most, int otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        Complain(name, text, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
        return otherwise;
    }

    /// <summary>A time: ISO 8601 (UTC when it does not say) or Unix seconds.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LatestSecond)
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        // A plus sign that was not escaped arrives as a space.
        if (DateTimeOffset.TryParseExact(
            text.Replace(' ', '+'), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        Complain(name, text, "must be a time such as 2026-03-14T15:00:00Z, a day such as 2026-03-14, or Unix seconds");
        return null;
    }

    /// <summary>One of some words; null when it is not there.</summary>
    public string? Word(string name, params ReadOnlySpan<string> words)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (words.Contains(text))
        {
            return text;
        }

        Complain(name, text, "must be one of " + string.Join(", ", words!));
        return null;
    }

    /// <summary>Keeps a problem, if it is the first.</summary>
    public void Complain(string name, string value, string remedy) => Problem ??= $"{name}={Shown.Quoted(value)}: {remedy}.";
}
