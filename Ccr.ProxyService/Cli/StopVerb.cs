using System.CommandLine;
using System.Diagnostics;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr stop</c>: asks a running ccr to end and waits until it is gone.</summary>
internal static class StopVerb
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var port = CommonOptions.Port("Port of the ccr to stop, when several run");
        var command = new Command("stop", "Stop the running router; open streams may finish.") { port };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (entry, fault) = Instance.Choose(parsed.GetValue(port));
            if (fault is not null)
            {
                return CommandLine.Fail(fault);
            }

            if (entry is null)
            {
                Console.WriteLine("ccr is not running.");
                return ExitCode.Ok;
            }

            if (await StopAsync(entry, cancellationToken) is { } failure)
            {
                return CommandLine.Fail(failure);
            }

            Console.WriteLine($"ccr (pid {entry.Pid}, port {entry.Port}) has stopped.");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Sends SIGTERM and waits until the process is gone, 10 s at most; returns what went wrong, or null.</summary>
    public static async Task<string?> StopAsync(PidEntry entry, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var process = Process.GetProcessById(entry.Pid);
            if (!Signal.Terminate(process))
            {
                return entry.IsAlive ? $"pid {entry.Pid} may not be stopped by this user" : null;
            }

            await process.WaitForExitAsync(deadline.Token);
            return null;
        }
        catch (ArgumentException)
        {
            // Gone between the look and the signal.
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"pid {entry.Pid} has not stopped within {Deadline.TotalSeconds:0} s; end it with kill -9 {entry.Pid}";
        }
    }
}
