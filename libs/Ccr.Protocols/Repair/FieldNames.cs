using System.Text.RegularExpressions;

namespace Ccr.Protocols.Repair;

/// <summary>Reads which fields a refusal names.</summary>
internal static partial class FieldNames
{
    private const int LongestPath = 120;

    private static readonly string[] Refusals =
    [
        "not supported", "unsupported", "does not support", "doesn't support", "not permitted", "not allowed", "deprecated", "unavailable", "unknown", "unrecognized", "unexpected",
        "cannot be used", "cannot both be specified", "may only be set", "must be unset", "only the default", "not a valid parameter", "is not available", "not compatible", "incompatible",
    ];

    // Names that stand in sentences without quotes; anything else must be quoted or named as a path.
    private static readonly string[] Known =
    [
        "temperature", "top_p", "top_k", "topK", "topP", "stop", "stop_sequences", "stopSequences", "reasoning_effort", "reasoning", "thinking", "enable_thinking", "parallel_tool_calls", "stream_options",
        "response_format", "seed", "presence_penalty", "frequency_penalty", "presencePenalty", "frequencyPenalty", "service_tier", "metadata", "user", "safety_identifier", "prompt_cache_key",
        "prompt_cache_retention", "context_management", "output_config", "verbosity", "store", "logprobs", "tool_choice", "effort", "include", "thinkingConfig", "thinking_config", "thinkingLevel",
        "thinking_level", "thinkingBudget", "thinking_budget",
    ];

    /// <summary>The paths named, without duplicates; none when no field is refused.</summary>
    public static List<string> Find(ErrorText text)
    {
        var found = new List<string>();
        foreach (Match match in Named().Matches(text.Message))
        {
            var name = match.Groups["name"].Value;
            Add(found, match.Groups["place"].Success ? $"{match.Groups["place"].Value}.{name}" : name);
        }

        foreach (Match match in Forbidden().Matches(text.Message))
        {
            Add(found, string.Join('.', match.Groups["part"].Captures.Select(part => part.Value.Trim('"', ' '))));
        }

        if (found.Count > 0)
        {
            return found;
        }

        if (!text.HasAny(Refusals))
        {
            return found;
        }

        if (text.HasName("temperature") && text.HasName("top_p") && text.Has("cannot both be specified"))
        {
            found.Add("top_p");
            return found;
        }

        if (text.Param.Length > 0)
        {
            Add(found, text.Param);
            return found;
        }

        foreach (var name in Known)
        {
            if (text.HasName(name))
            {
                // The first field named is the one at fault: "`temperature` may only be set to 1 when thinking is enabled".
                var at = text.Message.IndexOf(name, StringComparison.OrdinalIgnoreCase);
                if (found.Count == 0 || at < text.Message.IndexOf(found[0], StringComparison.OrdinalIgnoreCase))
                {
                    found.Clear();
                    found.Add(name);
                }
            }
        }

        return found;
    }

    private static void Add(List<string> found, string path)
    {
        if (path.Length <= LongestPath && !found.Contains(path))
        {
            found.Add(path);
        }
    }

    // OpenAI: Unsupported parameter: 'x'. Anthropic and pydantic: x: Extra inputs are not permitted. Fireworks: …, field: 'x'. Google: Unknown name "x" at 'place'.
    // Groq, Cerebras: 'place' : property 'x' is unsupported. serde: unknown field `x`.
    [GeneratedRegex(
        """(?:Unsupported (?:parameter|value)|Unknown parameter|Unrecognized request arguments? supplied): ?['"`]?(?<name>[A-Za-z_][A-Za-z0-9_.\[\]]*[A-Za-z0-9_])|(?<name>[A-Za-z_][A-Za-z0-9_.]*): Extra inputs are not permitted|Extra inputs are not permitted, field: '(?<name>[^']+)'|Unknown name "(?<name>[^"]+)"(?: at '(?<place>[^']*)')?|(?:'(?<place>[A-Za-z0-9_.\[\]]+)' ?: )?property '(?<name>[^']+)' is unsupported|unknown field `(?<name>[^`]+)`""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    // Mistral and FastAPI: {"type":"extra_forbidden","loc":["body","x"],…}.
    [GeneratedRegex("""
        "extra_forbidden", ?"loc": ?\[(?:(?<part>"[^"]+"|[0-9]+),? ?)+\]
        """, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Forbidden();
}
