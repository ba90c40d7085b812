namespace Ccr.ProxyService.Endpoints;

/// <summary>The client programs that are told apart, a closed list so that it can be a metric's label.</summary>
internal static class ClientApplications
{
    /// <summary>All of them.</summary>
    public static readonly string[] All = ["claude-code", "codex", "opencode", "qwen-code", "gemini-cli", "anthropic-sdk", "openai-sdk", "other"];

    /// <summary>The program behind a request.</summary>
    public static string Of(IHeaderDictionary headers)
    {
        // Qwen Code poses as claude-cli; the session header tells them apart.
        if (headers.ContainsKey("x-claude-code-session-id"))
        {
            return "claude-code";
        }

        var agent = headers.UserAgent.ToString();
        return Starts(agent, "claude-cli") || Starts(agent, "claude-code") ? "claude-code"
            : Starts(agent, "codex") ? "codex"
            : Starts(agent, "opencode") ? "opencode"
            : Starts(agent, "QwenCode") ? "qwen-code"
            : Starts(agent, "GeminiCLI") ? "gemini-cli"
            : Starts(agent, "Anthropic/") ? "anthropic-sdk"
            : Starts(agent, "OpenAI/") ? "openai-sdk"
            : "other";
    }

    private static bool Starts(string agent, string name) => agent.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
