using System.Diagnostics;
using System.Globalization;

namespace Ccr.ProxyService.Cli;

/// <summary>Tells two processes of the same id apart by when they started.</summary>
internal static class ProcessIdentity
{
    /// <summary>How far two readings of the same process may differ: nothing on Linux (exact), rounding elsewhere.</summary>
    public static long Tolerance => OperatingSystem.IsLinux() ? 0 : 2;

    /// <summary>When the process started: clock ticks since boot on Linux, Unix seconds elsewhere; null when there is no such process or it has ended.</summary>
    public static long? Started(int pid)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return FromStat(File.ReadAllText($"/proc/{pid}/stat"));
            }

            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeSeconds();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException
            or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    // proc(5): field 3 is the state and field 22 the start time. Field 2 is the program's name in parentheses and may hold anything.
    private static long? FromStat(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var hasEnded = fields.Length < 20 || fields[0] is "Z" or "X";
        return !hasEnded && long.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var started) ? started : null;
    }
}
