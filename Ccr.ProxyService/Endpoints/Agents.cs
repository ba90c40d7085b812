namespace Ccr.ProxyService.Endpoints;

/// <summary>Who within a session asks, as Claude Code tells it: by x-claude-code-request-class, else by the id that its sub-agents send.</summary>
internal static class Agents
{
    /// <summary>The agent itself.</summary>
    public const string Main = "main";

    /// <summary>An agent that another one started.</summary>
    public const string Subagent = "subagent";

    /// <summary>A side request: a title, a summary.</summary>
    public const string Auxiliary = "auxiliary";

    /// <summary>The word for a request; null when the client does not tell.</summary>
    public static string? Of(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("x-claude-code-request-class", out var values) && values.Count == 1 && values[0] is { } word)
        {
            if (word.Equals(Main, StringComparison.OrdinalIgnoreCase))
            {
                return Main;
            }

            if (word.Equals(Subagent, StringComparison.OrdinalIgnoreCase))
            {
                return Subagent;
            }

            if (word.Equals(Auxiliary, StringComparison.OrdinalIgnoreCase))
            {
                return Auxiliary;
            }
        }

        return headers.ContainsKey("x-claude-code-agent-id") ? Subagent : headers.ContainsKey("x-claude-code-session-id") ? Main : null;
    }
}
