using System.IO.Enumeration;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Keys;

/// <summary>
/// What a key may be used for. A pattern with a comma is about targets ("ollama,*"), one without about the model's name as the client asks for it ("claude-haiku*"), be that the part of "provider,model"
/// behind the comma. A target is allowed when either kind matches. * stands for anything; case does not count.
/// </summary>
internal static class ModelPatterns
{
    /// <summary>Whether a key that has these patterns may have that target asked for that model.</summary>
    public static bool Allow(IReadOnlyList<string> patterns, string requested, RouteTarget target)
    {
        if (patterns.Count == 0)
        {
            return true;
        }

        for (var i = 0; i < patterns.Count; i++)
        {
            var pattern = patterns[i];
            if (pattern.Contains(',') ? Matches(pattern, target.Name) : MatchesName(pattern, requested))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a model of the list of models, "provider,model", is to be shown to a key that has these patterns.</summary>
    public static bool Shows(IReadOnlyList<string> patterns, string model)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Contains(',') ? Matches(patterns[i], model) : MatchesName(patterns[i], model))
            {
                return true;
            }
        }

        return patterns.Count == 0;
    }

    private static bool MatchesName(string pattern, string requested)
    {
        var comma = requested.IndexOf(',', StringComparison.Ordinal);
        return Matches(pattern, comma < 0 ? requested : requested.AsSpan(comma + 1).Trim());
    }

    private static bool Matches(string pattern, ReadOnlySpan<char> text) => FileSystemName.MatchesSimpleExpression(pattern, text);
}
