using Microsoft.Extensions.Configuration;

namespace Ccr.AppHost;

/// <summary>Where the router's configuration is, or would be. The rule is the proxy's own.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Exists">False: demo mode.</param>
internal sealed record ConfigFile(string Path, bool Exists)
{
    /// <summary><c>CCR_CONFIG_PATH</c>, then <c>CCR_CONFIG</c>, then <c>~/.claude-code-router/config.json</c>. A path that was asked for counts as existing: the proxy says what is wrong with it.</summary>
    public static ConfigFile Find(IConfiguration configuration)
    {
        var asked = new[] { configuration["CCR_CONFIG_PATH"], configuration["CCR_CONFIG"] }.FirstOrDefault(path => !string.IsNullOrWhiteSpace(path));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (asked is not null)
        {
            return new ConfigFile(System.IO.Path.GetFullPath(asked.StartsWith("~/", StringComparison.Ordinal) ? System.IO.Path.Combine(home, asked[2..]) : asked), Exists: true);
        }

        var usual = System.IO.Path.Combine(home, ".claude-code-router", "config.json");
        return new ConfigFile(usual, File.Exists(usual));
    }
}
