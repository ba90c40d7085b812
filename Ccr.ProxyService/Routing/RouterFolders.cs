using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing;

/// <summary>Where routing finds files beside the configuration.</summary>
/// <param name="Router">The router's folder: presets, and routes of projects and sessions.</param>
/// <param name="ClaudeProjects">Where Claude Code keeps its sessions, a folder per project.</param>
internal sealed record RouterFolders(string Router, string ClaudeProjects)
{
    /// <summary>The folders of a user's home; <paramref name="home"/> is null for the user's own, where CLAUDE_CONFIG_DIR may move Claude's.</summary>
    public static RouterFolders Of(string? home, Func<string, string?> environment)
    {
        var claude = home is null && environment("CLAUDE_CONFIG_DIR") is { Length: > 0 } moved ? moved : Path.Combine(home ?? CcrHome.User(environment), ".claude");
        return new(home is null ? CcrHome.Folder(environment) : Path.Combine(home, ".claude-code-router"), Path.Combine(claude, "projects"));
    }
}
