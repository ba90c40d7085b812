using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Running;

/// <summary>
/// Starts processes that end when the AppHost does. On Linux and macOS a <see cref="ChildGuard"/> sees to it, and each process has a session
/// of its own where the machine has setsid: Ctrl-C in the terminal then reaches the AppHost alone, which stops the others in order. On
/// Windows the process itself is told (<see cref="ParentPipe"/>) to watch its standard input.
/// </summary>
internal sealed class GuardedProcessLauncher : IProcessLauncher, IDisposable
{
    /// <summary>Set to 1: standard input is a pipe from the parent, and its end means "stop".</summary>
    public const string ParentPipe = "CCR_PARENT_PIPE";

    private readonly ChildGuard? _guard = OperatingSystem.IsWindows() ? null : new ChildGuard();

    public IChildProcess Start(ChildSpec spec, Action<string> onLine)
    {
        string[] command = [.. ChildGuard.NewSession is null ? Array.Empty<string>() : [ChildGuard.NewSession], spec.FileName, .. spec.Arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in ChildSpec.NotInherited)
        {
            start.Environment.Remove(variable);
        }

        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        if (_guard is null)
        {
            start.Environment[ParentPipe] = "1";
        }

        try
        {
            var process = Process.Start(start)!;
            _guard?.Add(process.Id);
            return new GuardedProcess(process, _guard, spec.Input, onLine);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new DistributedApplicationException($"{spec.FileName} cannot be started: {e.Message}", e);
        }
    }

    public void Dispose() => _guard?.Dispose();
}
