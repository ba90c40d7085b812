using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>Who the requests of the list have to be from. Empty is "anyone".</summary>
internal sealed record RequestChoice(string Application = "", string Key = "", string Agent = "")
{
    /// <summary>True when it leaves anything out.</summary>
    public bool IsSet => this != new RequestChoice();

    /// <summary>True when the request is from them.</summary>
    public bool Fits(RequestEntry request) => Fits(Application, request.ClientApplication) && Fits(Key, request.Key) && Fits(Agent, request.Agent);

    /// <summary>What there is to choose from, in order; what is chosen is always among it.</summary>
    public static IReadOnlyList<string> Values(IEnumerable<RequestEntry> requests, Func<RequestEntry, string?> part, string chosen) =>
        [.. requests.Select(part).Append(chosen).Where(v => !string.IsNullOrEmpty(v)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static bool Fits(string chosen, string? value) => chosen.Length == 0 || chosen == value;
}
