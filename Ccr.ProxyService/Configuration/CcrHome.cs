namespace Ccr.ProxyService.Configuration;

/// <summary>The folder that this family of routers keeps its files in.</summary>
internal static class CcrHome
{
    /// <summary>~/.claude-code-router.</summary>
    public static string Folder(Func<string, string?> environment) => Path.Combine(User(environment), ".claude-code-router");

    /// <summary>The user's home folder: HOME, else what the system says.</summary>
    public static string User(Func<string, string?> environment) =>
        environment("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
