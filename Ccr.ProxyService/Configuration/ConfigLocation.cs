namespace Ccr.ProxyService.Configuration;

/// <summary>Where the configuration comes from.</summary>
/// <param name="Path">The full path of the file, which need not exist unless <see cref="IsExplicit"/>.</param>
/// <param name="IsExplicit">True when the user named the file (--config, CCR_CONFIG_PATH, CCR_CONFIG).</param>
/// <param name="DemoUpstream">Base address of the simulator that the built-in demo configuration routes to when there is no file; null for no demo.</param>
internal sealed record ConfigLocation(string Path, bool IsExplicit, Uri? DemoUpstream)
{
    /// <summary>True when the command line says enough to run without a file.</summary>
    public bool IsOptional { get; init; }

    /// <summary>
    /// Finds the location: <paramref name="option"/> (--config), else CCR_CONFIG_PATH, else CCR_CONFIG, else ~/.claude-code-router/config.json
    /// with the demo of CCR_DEMO_UPSTREAM in its absence.
    /// </summary>
    /// <exception cref="ConfigurationException">CCR_DEMO_UPSTREAM is needed and is not an address.</exception>
    public static ConfigLocation Find(string? option, Func<string, string?> environment)
    {
        foreach (var named in new[] { option, environment("CCR_CONFIG_PATH"), environment("CCR_CONFIG") })
        {
            if (!string.IsNullOrWhiteSpace(named))
            {
                return new ConfigLocation(FullPath(named, environment), IsExplicit: true, DemoUpstream: null);
            }
        }

        var path = System.IO.Path.Combine(CcrHome.Folder(environment), "config.json");
        var demo = environment("CCR_DEMO_UPSTREAM");
        if (string.IsNullOrWhiteSpace(demo))
        {
            return new ConfigLocation(path, IsExplicit: false, DemoUpstream: null);
        }

        return ProviderAddress.Fault(demo, out var upstream) is { } fault && !File.Exists(path)
            ? throw new ConfigurationException(path, [new ConfigProblem("", 0, $"the environment variable CCR_DEMO_UPSTREAM {fault}", IsError: true)])
            : new ConfigLocation(path, IsExplicit: false, upstream);
    }

    /// <summary>Reads the file, or builds the demo configuration in its absence.</summary>
    public ConfigResult Load(Func<string, string?> environment)
    {
        if (IsExplicit || File.Exists(Path) || Directory.Exists(Path))
        {
            return ConfigFile.Read(Path, environment);
        }

        return DemoUpstream is not null ? new ConfigResult(DemoConfiguration.Create(DemoUpstream), [])
            : IsOptional ? new ConfigResult(new CcrConfig { Source = "command line", Providers = [], Router = new RouterConfig() }, [])
            : ConfigResult.Failed($"there is no configuration: write {Path} (config.example.json in the source of ccr shows every setting), or name a file with --config");
    }

    private static string FullPath(string named, Func<string, string?> environment) =>
        System.IO.Path.GetFullPath(named.StartsWith("~/", StringComparison.Ordinal) ? System.IO.Path.Combine(CcrHome.User(environment), named[2..]) : named);
}
