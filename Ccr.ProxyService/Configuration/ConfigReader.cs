using System.Globalization;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>From the text of a configuration file to the validated configuration, or to the reasons why not. Pure: no file, no clock.</summary>
internal static class ConfigReader
{
    /// <summary>Reads a file's text; <paramref name="source"/> names it, <paramref name="environment"/> resolves variables.</summary>
    public static ConfigResult Read(string source, string text, Func<string, string?> environment)
    {
        Json5Value document;
        try
        {
            document = Json5Reader.Read(text);
        }
        catch (Json5SyntaxException fault)
        {
            return ConfigResult.Failed($"{fault.Message} (column {fault.Column})", fault.Line, Shown.Plain(fault.Path, 120));
        }

        if (document is not Json5Object node)
        {
            return ConfigResult.Failed($"the file must hold an object {{ … }}, but holds {document.Kind}", document.Line);
        }

        var problems = new ProblemList();
        var top = new ConfigSection(node, "", KnownSettings.Top, problems, environment);
        top.ReportNames();
        var config = Build(source, node, top, environment);
        return new ConfigResult(problems.HasErrors ? null : config, problems.ToSorted());
    }

    private static CcrConfig Build(string source, Json5Object node, ConfigSection top, Func<string, string?> environment)
    {
        var apiKey = ReadApiKey(top);
        var health = new HealthReader(top);
        var providers = ReadProviders(top, environment, node.Find("transformers") is not null, out var broken);
        var routes = new RouteReader(providers, broken);
        return new CcrConfig
        {
            Source = source,
            Host = ReadHost(top, apiKey),
            Port = ReadPort(top, environment),
            ApiKey = apiKey,
            ApiTimeout = TimeSpan.FromMilliseconds(top.Integer("API_TIMEOUT_MS", 1, int.MaxValue) ?? 600_000),
            ProxyUrl = ReadProxy(top),
            MaxBodyBytes = top.Integer("MAX_BODY_BYTES", 1024, 1L << 30) ?? 64L << 20,
            LogLevel = ReadLogLevel(top),
            Timeouts = ResilienceReader.ReadTimeouts(top, "Timeouts"),
            Streams = ResilienceReader.ReadStreams(top),
            Hedge = ResilienceReader.ReadHedge(top),
            Rescue = ResilienceReader.ReadRescue(top),
            Attach = AttachReader.Read(top),
            Usage = UsageReader.Read(top, source, environment),
            Keys = KeysReader.Read(top),
            Budget = ResilienceReader.ReadBudget(top),
            Breaker = health.ReadBreaker(),
            Cooldown = health.ReadCooldown(),
            HealthProbes = health.ReadProbes(),
            Providers = providers,
            Router = new RouterReader(top, routes).Read(providers.Count + broken.Count > 0),
            Presets = new PresetReader(top, routes).Read(),
            CustomRouter = CustomRouterReader.Read(top, node, source, environment),
            Affinity = AffinityReader.Read(top),
            Mode = ModeReader.Read(top, routes),
        };
    }

    private static string? ReadApiKey(ConfigSection top)
    {
        var key = top.Text("APIKEY");
        if (key?.AsSpan().ContainsAnyExceptInRange('!', '~') == true)
        {
            top.Problems.Error("APIKEY", LineOf(top, "APIKEY"), "holds a space or a character that no header can carry");
        }

        return key;
    }

    private static string ReadHost(ConfigSection top, string? apiKey)
    {
        var host = top.Text("HOST") ?? ListenHost.Default;
        if (!ListenHost.IsValid(host))
        {
            top.Problems.Error("HOST", LineOf(top, "HOST"), "must be an IP address or \"localhost\": \"127.0.0.1\" for this machine only, \"0.0.0.0\" for every address");
            return ListenHost.Default;
        }

        var effective = ListenHost.Effective(host, apiKey);
        if (effective != host)
        {
            top.Problems.Warning("HOST", LineOf(top, "HOST"), $"without APIKEY anyone on the network could spend your keys, so ccr listens on {effective} only; set APIKEY to open it");
        }

        return effective;
    }

    private static int ReadPort(ConfigSection top, Func<string, string?> environment)
    {
        var port = (int)(top.Integer("PORT", 1, 65_535) ?? 3456);
        var service = environment("SERVICE_PORT");
        if (string.IsNullOrEmpty(service))
        {
            return port;
        }

        if (int.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65_535)
        {
            return number;
        }

        top.Problems.Error("PORT", LineOf(top, "PORT"), "the environment variable SERVICE_PORT, which takes precedence, must be a whole number from 1 to 65535");
        return port;
    }

    private static Uri? ReadProxy(ConfigSection top)
    {
        if (top.Text("PROXY_URL") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Host.Length > 0
            && proxy.Scheme is "http" or "https" or "socks4" or "socks4a" or "socks5")
        {
            return proxy;
        }

        top.Problems.Error("PROXY_URL", LineOf(top, "PROXY_URL"), "is not the address of a proxy, for example \"http://127.0.0.1:7890\" or \"socks5://127.0.0.1:1080\"");
        return null;
    }

    private static LogLevel ReadLogLevel(ConfigSection top)
    {
        LogLevel? level = top.Text("LOG_LEVEL")?.ToUpperInvariant() switch
        {
            null or "INFO" or "INFORMATION" => LogLevel.Information,
            "TRACE" => LogLevel.Trace,
            "DEBUG" => LogLevel.Debug,
            "WARN" or "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "FATAL" or "CRITICAL" => LogLevel.Critical,
            "SILENT" or "NONE" => LogLevel.None,
            _ => null,
        };
        if (level is null)
        {
            top.Problems.Error("LOG_LEVEL", LineOf(top, "LOG_LEVEL"), "must be trace, debug, info, warn, error, fatal or silent");
        }

        return top.Flag("LOG") == false ? LogLevel.None : level ?? LogLevel.Information;
    }

    /// <summary>The providers of a file; <paramref name="broken"/> has the names of those that cannot be used.</summary>
    internal static List<ProviderConfig> ReadProviders(ConfigSection top, Func<string, string?> environment, bool customTransformers, out HashSet<string> broken)
    {
        var providers = new List<ProviderConfig>();
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        broken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var items = top.Array("Providers")?.Items;
        if (items is null or { Count: 0 } && top.Find("Providers")?.Value is null or Json5Array)
        {
            top.Problems.Warning("Providers", LineOf(top, "Providers"), "no providers: every request will get an error; add one with name, api_base_url, api_key and models");
        }

        var name = top.Find("Providers")?.Name;
        for (var i = 0; i < (items?.Count ?? 0); i++)
        {
            var path = $"{name}[{i}]";
            if (items![i] is not Json5Object item)
            {
                top.Problems.Error(path, items[i].Line, $"must be an object {{ … }}, but is {items[i].Kind}");
                continue;
            }

            var unset = new List<string>();
            var section = new ConfigSection(item, path, KnownSettings.Provider, top.Problems, environment) { Unset = unset };
            var provider = new ProviderReader(section, unset, customTransformers).Read();
            var given = provider?.Name ?? (item.Find("name")?.Value as Json5String)?.Text ?? "";
            if (given.Length > 0 && !lines.TryAdd(given, item.Line))
            {
                top.Problems.Error($"{path}.name", LineOf(section, "name"), $"the name {Shown.Quoted(given)} is taken by the provider of line {lines[given]}; names must differ by more than case");
            }
            else if (provider is not null)
            {
                providers.Add(provider);
            }
            else
            {
                broken.Add(given);
            }
        }

        return providers;
    }

    private static int LineOf(ConfigSection section, string name) => section.Find(name)?.Value.Line ?? section.Line;
}
