namespace Ccr.ProxyService.Dispatch;

/// <summary>The names in Anthropic's header of beta features: a comma list, which may be given several times.</summary>
internal static class Betas
{
    private const string Header = "anthropic-beta";

    /// <summary>Those of a client's request.</summary>
    public static IReadOnlyList<string> Of(HttpRequest request) =>
        request.Headers[Header] is { Count: > 0 } values ? string.Join(',', values!).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];

    /// <summary>Takes names out of a request to a provider; "*" takes them all.</summary>
    public static void Drop(HttpRequestMessage request, IReadOnlyList<string> names)
    {
        if (!request.Headers.NonValidated.TryGetValues(Header, out var values))
        {
            return;
        }

        var kept = string.Join(',', values).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(n => !names.Contains("*") && !names.Contains(n)).ToList();
        request.Headers.Remove(Header);
        if (kept.Count > 0)
        {
            request.Headers.TryAddWithoutValidation(Header, string.Join(',', kept));
        }
    }
}
