using System.CommandLine;
using System.Diagnostics;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr restart</c>: stops the running ccr and starts it again in the background, with the options it had unless new ones are given.</summary>
internal static class RestartVerb
{
    // A log that nobody rotates must not fill the disk over the years.
    private const long MaxLogBytes = 10 * 1024 * 1024;

    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(15);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var host = CommonOptions.Host("Address to listen on from now on");
        var port = CommonOptions.Port("Port to listen on from now on");
        var command = new Command("restart", "Stop the running router, then start it in the background; its output goes to ~/.claude-code-router/logs/ccr.log.") { config, host, port };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(config), parsed.GetValue(host), parsed.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? configPath, string? host, int? port, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return CommandLine.Fail("restart is not available on Windows; use ccr stop, then ccr start");
        }

        var (running, fault) = Instance.Choose(port: null);
        if (fault is not null && port is not null)
        {
            (running, fault) = Instance.Choose(port);
        }

        if (fault is not null)
        {
            return CommandLine.Fail(fault);
        }

        // Nothing is stopped for what could not be started again.
        Func<string, string?> environment = Environment.GetEnvironmentVariable;
        var location = ConfigLocation.Find(configPath ?? running?.ConfigPath, environment) with { IsOptional = running?.TargetUrl is not null };
        var loaded = location.Load(environment);
        var config = loaded.Config ?? throw new ConfigurationException(location.Path, loaded.Problems);
        host ??= running?.HostOption;
        port ??= running?.PortOption;
        var listenHost = ListenHost.Effective(host ?? config.Host, config.ApiKey);
        var listenPort = port ?? config.Port;
        if (running?.Port != listenPort && ListenProbe.Fault(listenHost, listenPort, config.Source) is { } taken)
        {
            return CommandLine.Fail(taken);
        }

        if (running is not null && await StopVerb.StopAsync(running, cancellationToken) is { } failure)
        {
            return CommandLine.Fail(failure);
        }

        List<string> arguments = [.. OwnProgram.Command(), "start"];
        AddOption(arguments, "--config", location.IsExplicit ? location.Path : null);
        AddOption(arguments, "--host", host);
        AddOption(arguments, "--port", port?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        AddOption(arguments, "--target-url", running?.TargetUrl);
        AddOption(arguments, "--model", running?.TargetModel);
        if (running is { AllowAnthropicOnly: true })
        {
            arguments.Add("--allow-anthropic-only");
        }

        return await StartAsync(arguments, ListenHost.Reachable(listenHost, listenPort), environment, cancellationToken);
    }

    private static async Task<int> StartAsync(List<string> command, Uri address, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var log = OpenLog(environment);
        var logStart = new FileInfo(log) is { Exists: true } file ? file.Length : 0;
        using var process = Spawn(command, log);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ReadyDeadline);
        try
        {
            while (!(await HealthProbe.AskAsync(address, deadline.Token)).IsHealthy && !process.HasExited)
            {
                await Task.Delay(50, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CommandLine.Fail($"the new ccr (pid {process.Id}) does not answer on {address} after {ReadyDeadline.TotalSeconds:0} s; see {log}");
        }

        if (process.HasExited)
        {
            return CommandLine.Fail($"the new ccr ended at once: {LastLine(log, logStart)}");
        }

        Console.WriteLine($"✓ ccr is running on {address.AbsoluteUri.TrimEnd('/')} (pid {process.Id}); its output goes to {log}");
        return ExitCode.Ok;
    }

    // The shell gives the child its own output and keeps a closing terminal from taking it along (as nohup does), then becomes it.
    private static Process Spawn(List<string> command, string log)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        string[] arguments = ["-c", "trap '' HUP; exec \"$@\" </dev/null >>\"$0\" 2>&1", log, .. command];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static string OpenLog(Func<string, string?> environment)
    {
        var folder = Path.Combine(CcrHome.Folder(environment), "logs");
        Directory.CreateDirectory(folder);
        var log = Path.Combine(folder, "ccr.log");
        if (new FileInfo(log) is { Exists: true, Length: > MaxLogBytes })
        {
            File.Move(log, log + ".1", overwrite: true);
        }

        return log;
    }

    private static string LastLine(string log, long from)
    {
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = from;
        using var reader = new StreamReader(stream);
        var line = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        return line is null ? $"see {log}" : Shown.Plain(line, 500);
    }

    private static void AddOption(List<string> arguments, string name, string? value)
    {
        if (value is not null)
        {
            arguments.Add(name);
            arguments.Add(value);
        }
    }
}
