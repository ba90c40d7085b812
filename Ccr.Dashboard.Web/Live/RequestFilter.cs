using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>Which requests the list shows.</summary>
internal static class RequestFilter
{
    /// <summary>The choices; the first one takes all.</summary>
    public static readonly IReadOnlyList<string> Outcomes = ["All", "OK", "Failed", "Rescued"];

    /// <summary>True when the request has that outcome and every word of the text somewhere (status 429 is found by "429").</summary>
    public static bool Fits(RequestEntry request, string text, string? outcome)
    {
        var fits = outcome switch
        {
            "OK" => request.Succeeded,
            "Failed" => !request.Succeeded && !request.ClientLeft,
            "Rescued" => request.Succeeded && request.Attempts is { Count: > 1 },
            _ => true,
        };
        return fits && text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .All(word => Words(request).Any(field => field.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    private static IEnumerable<string> Words(RequestEntry request)
    {
        string?[] own =
        [
            request.Id, request.RequestedModel, request.Provider, request.Model, request.Scenario, request.RouteReason, request.Failure,
            request.ClientApplication, request.ClientDialect, request.Session, request.Agent, request.Key, request.StopReason, request.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ];
        var attempts = (request.Attempts ?? []).SelectMany(a => new[] { a.Provider, a.Model, a.Failure });
        return own.Concat(attempts).OfType<string>();
    }
}
