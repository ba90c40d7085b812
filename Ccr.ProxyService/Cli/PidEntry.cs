using System.Globalization;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary>One running ccr as its pid file describes it. The first line is the bare process id, as in the Node router's pid file.</summary>
internal sealed record PidEntry
{
    /// <summary>Process id.</summary>
    public required int Pid { get; init; }

    /// <summary>When the process started, in the system's own units; tells a recycled process id (<see cref="ProcessIdentity"/>).</summary>
    public required long Started { get; init; }

    /// <summary>Host it listens on.</summary>
    public required string Host { get; init; }

    /// <summary>Port it listens on.</summary>
    public required int Port { get; init; }

    /// <summary>Its --config, made absolute, so that a restart takes the same; null when it looked in the usual places.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>Its --host; null when it was not given.</summary>
    public string? HostOption { get; init; }

    /// <summary>Its --port; null when it was not given.</summary>
    public int? PortOption { get; init; }

    /// <summary>Its --target-url; null when it was not given.</summary>
    public string? TargetUrl { get; init; }

    /// <summary>Its --model; null when it was not given.</summary>
    public string? TargetModel { get; init; }

    /// <summary>Whether it was given --allow-anthropic-only.</summary>
    public bool AllowAnthropicOnly { get; init; }

    /// <summary>Base address as a client on this machine reaches it.</summary>
    public Uri Address => ListenHost.Reachable(Host, Port);

    /// <summary>True while that very process lives.</summary>
    public bool IsAlive => ProcessIdentity.Started(Pid) is { } started && Math.Abs(started - Started) <= ProcessIdentity.Tolerance;

    /// <summary>The file's text.</summary>
    public string Format()
    {
        var lines = new List<string>
        {
            Pid.ToString(CultureInfo.InvariantCulture),
            $"started={Started.ToString(CultureInfo.InvariantCulture)}",
            $"host={Host}",
            $"port={Port.ToString(CultureInfo.InvariantCulture)}",
        };
        AddLine(lines, "config", ConfigPath);
        AddLine(lines, "host-option", HostOption);
        AddLine(lines, "port-option", PortOption?.ToString(CultureInfo.InvariantCulture));
        AddLine(lines, "target-url", TargetUrl);
        AddLine(lines, "model", TargetModel);
        AddLine(lines, "allow-anthropic-only", AllowAnthropicOnly ? "true" : null);
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Reads a file's text; null when it is not one of ours (for instance the Node router's, which holds the bare process id).</summary>
    public static PidEntry? Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var values = lines.Skip(1).Select(l => l.Split('=', 2)).Where(p => p.Length == 2).DistinctBy(p => p[0]).ToDictionary(p => p[0], p => p[1]);
        if (lines.Length == 0
            || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 1
            || !long.TryParse(values.GetValueOrDefault("started"), NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            || !int.TryParse(values.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535
            || values.GetValueOrDefault("host") is not { Length: > 0 } host)
        {
            return null;
        }

        return new PidEntry
        {
            Pid = pid,
            Started = started,
            Host = host,
            Port = port,
            ConfigPath = values.GetValueOrDefault("config"),
            HostOption = values.GetValueOrDefault("host-option"),
            PortOption = int.TryParse(values.GetValueOrDefault("port-option"), NumberStyles.None, CultureInfo.InvariantCulture, out var option) ? option : null,
            TargetUrl = values.GetValueOrDefault("target-url"),
            TargetModel = values.GetValueOrDefault("model"),
            AllowAnthropicOnly = values.ContainsKey("allow-anthropic-only"),
        };
    }

    private static void AddLine(List<string> lines, string name, string? value)
    {
        if (value is not null && !value.Contains('\n'))
        {
            lines.Add($"{name}={value}");
        }
    }
}
