namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Mode.</summary>
internal static class ModeReader
{
    private static readonly string[] ParameterNames = ["temperature", "top_p", "max_tokens"];

    /// <summary>The settings of the file.</summary>
    public static ModeConfig Read(ConfigSection top, RouteReader routes)
    {
        if (top.Object("Mode") is not { } node)
        {
            return new();
        }

        var section = top.Below(node, "Mode", KnownSettings.Mode);
        section.ReportNames();
        var defaults = new ModeConfig();
        var config = new ModeConfig
        {
            Default = ReadDefault(section),
            Target = routes.Read(section, "target"),
            Parameters = ParameterReader.Read(section, node, "Mode", static name => Array.IndexOf(ParameterNames, name) < 0),
            Passthrough = ReadPassthrough(section) ?? defaults.Passthrough,
            ForwardClientCredentials = section.Flag("forwardClientCredentials") ?? defaults.ForwardClientCredentials,
            MaxConcurrentCompares = (int)(section.Integer("maxConcurrentCompares", 1, 10_000) ?? defaults.MaxConcurrentCompares),
        };
        if (config.Default is RouterMode.Target or RouterMode.Compare && section.Find("target") is null)
        {
            section.Problems.Error("Mode.target", section.Line, $"missing: mode {RouterModes.Word(config.Default)} needs a target, \"provider,model\"");
        }

        return config;
    }

    private static RouterMode ReadDefault(ConfigSection section)
    {
        if (section.Text("default") is not { } word)
        {
            return RouterMode.Route;
        }

        var line = section.Find("default")!.Value.Line;
        if (RouterModes.Of(word) is not { } mode)
        {
            section.Problems.Error("Mode.default", line, $"must be one of {RouterModes.Known}");
            return RouterMode.Route;
        }

        if (mode == RouterMode.AnthropicOnly)
        {
            section.Problems.Warning("Mode.default", line, "anthropic-only needs ccr start --allow-anthropic-only; without it every request is refused with 403");
        }

        return mode;
    }

    /// <summary>Clients' credentials go to Anthropic; an address of this machine is for tests and for tunnels that the user runs.</summary>
    private static ProviderConfig? ReadPassthrough(ConfigSection section)
    {
        if (section.Text("passthroughUrl") is not { } text)
        {
            return null;
        }

        var line = section.Find("passthroughUrl")!.Value.Line;
        if (ProviderAddress.Fault(text, out var address) is { } fault)
        {
            section.Problems.Error("Mode.passthroughUrl", line, fault);
            return null;
        }

        if (!Modes.ClientCredentials.MayGoTo(address!))
        {
            section.Problems.Error("Mode.passthroughUrl", line, "must be https://api.anthropic.com or an address of this machine: clients' own credentials go to nobody else");
            return null;
        }

        return ModeConfig.PassthroughTo(address!);
    }
}
