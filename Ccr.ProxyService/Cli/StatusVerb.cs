using System.CommandLine;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr status</c>: what runs and whether it answers. Exit code 0 only when it does.</summary>
internal static class StatusVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var host = CommonOptions.Host("Host to ask, with --port, for a ccr that ccr start did not start here (default 127.0.0.1)");
        var port = CommonOptions.Port("Port of the ccr to report on");
        var command = new Command("status", "Say whether the router runs and answers.") { host, port };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(host), parsed.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? host, int? port, CancellationToken cancellationToken)
    {
        var (entry, fault) = host is null ? Instance.Choose(port) : (null, null);
        if (fault is not null)
        {
            return CommandLine.Fail(fault);
        }

        if (entry is null && host is not null && port is null)
        {
            return CommandLine.Fail("--host needs --port", ExitCode.Usage);
        }

        if (entry is null && port is null)
        {
            return CommandLine.Fail("not running; ccr start starts it");
        }

        var address = entry?.Address ?? ListenHost.Reachable(host ?? ListenHost.Default, port!.Value);
        var (isHealthy, words) = await HealthProbe.AskAsync(address, cancellationToken);
        if (!isHealthy)
        {
            return CommandLine.Fail(entry is null ? $"not running on {Base(address)}: {words}" : $"pid {entry.Pid} runs, but on {Base(address)} {words}");
        }

        Console.WriteLine($"✓ ccr is running on {Base(address)}");
        if (entry is not null)
        {
            Console.WriteLine($"  pid     {entry.Pid}");
            Console.WriteLine($"  config  {ConfigLocation.Find(entry.ConfigPath, Environment.GetEnvironmentVariable).Path}");
        }

        return ExitCode.Ok;
    }

    private static string Base(Uri address) => address.AbsoluteUri.TrimEnd('/');
}
