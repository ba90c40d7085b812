using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Routing;

/// <summary>Reads files that stand over a part of the configuration: routes of a project or session, and presets in folders.</summary>
internal static class OverlayReader
{
    /// <summary>The configuration with the file's Router in the place of its own.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="node">Its content.</param>
    /// <param name="main">The configuration in force.</param>
    /// <param name="environment">Resolves variables.</param>
    /// <param name="ownProviders">True also takes the file's providers, before those of the configuration.</param>
    /// <param name="fault">Why the file cannot be used; null when it can, or has nothing to say.</param>
    /// <returns>Null when the file cannot be used or has no routes.</returns>
    public static CcrConfig? Read(string source, Json5Object node, CcrConfig main, Func<string, string?> environment, bool ownProviders, out string? fault)
    {
        fault = null;
        var problems = new ProblemList();
        var top = new ConfigSection(node, "", KnownSettings.Top, problems, environment);
        var providers = main.Providers;
        HashSet<string> broken = [];
        if (ownProviders && top.Find("Providers") is not null)
        {
            var own = ConfigReader.ReadProviders(top, environment, customTransformers: false, out broken);
            providers = [.. own, .. main.Providers.Where(p => !own.Exists(o => o.Name.Equals(p.Name, StringComparison.OrdinalIgnoreCase)))];
        }

        if (top.Find("Router") is null && ReferenceEquals(providers, main.Providers))
        {
            return null;
        }

        var router = top.Find("Router") is null ? main.Router : new RouterReader(top, new RouteReader(providers, broken)).Read(hasProviders: false);
        if (problems.HasErrors)
        {
            fault = problems.ToSorted().First(p => p.IsError).Describe(source);
            return null;
        }

        // The Node router takes background of the configuration even then; here it does where the file sets none. The same for what cannot be missing, default.
        return main with
        {
            Providers = providers,
            Router = router with
            {
                Default = router.Default ?? main.Router.Default,
                Background = router.Background ?? main.Router.Background,
                Fallback = top.Find("fallback") is null ? main.Router.Fallback : router.Fallback,
            },
        };
    }

    /// <summary>The content of a file; null with the reason when it holds no object.</summary>
    public static Json5Object? Parse(string path, out string? fault)
    {
        var content = ConfigFile.ReadBytes(path);
        fault = content.Fault is null ? null : $"{path} {content.Fault}";
        if (content.Bytes is null)
        {
            return null;
        }

        try
        {
            if (Json5Reader.Read(System.Text.Encoding.UTF8.GetString(content.Bytes).TrimStart('\uFEFF')) is Json5Object node)
            {
                return node;
            }

            fault = $"{path}: must hold an object {{ … }}";
        }
        catch (Json5SyntaxException e)
        {
            fault = $"{path}:{e.Line}: {e.Message}";
        }

        return null;
    }
}
