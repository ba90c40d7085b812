using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ccr.ProxyService.Cli;

/// <summary>Signals for other processes, which the runtime does not offer.</summary>
internal static class Signal
{
    // POSIX: SIGTERM is 15 on every system that .NET runs on.
    private const int SigTerm = 15;

    /// <summary>Asks the process to end; on Windows, which has no such request for console programs, ends it. False when it could not be done.</summary>
    public static bool Terminate(Process process)
    {
        if (!OperatingSystem.IsWindows())
        {
            return Kill(process.Id, SigTerm) == 0;
        }

        process.Kill();
        return true;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
