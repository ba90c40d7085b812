using System.Globalization;

namespace Ccr.Bench.Load;

/// <summary>Reads a process's CPU time and memory from <c>/proc</c> while a load runs.</summary>
internal sealed class ProcessWatch : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on all Linux systems that .NET runs on.
    private readonly int _pid;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;
    private readonly double _cpu;
    private readonly double _rss;
    private double _peak;

    public ProcessWatch(int pid)
    {
        _pid = pid;
        _cpu = CpuSeconds(pid);
        _rss = _peak = RssMb(pid);
        _sampling = SampleAsync();
    }

    /// <summary>What was used since the start of the watch.</summary>
    public ProcessReport Read()
    {
        var rss = RssMb(_pid);
        return new ProcessReport(CpuSeconds(_pid) - _cpu, _rss, rss, Math.Max(_peak, rss));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                _peak = Math.Max(_peak, RssMb(_pid));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // The watch, or the process itself, has ended; Read tells which.
        }
    }

    // proc(5): the name is in parentheses and may hold spaces; utime and stime are the 12th and 13th field behind it.
    private static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Memory that a process holds now, in MB.</summary>
    public static double RssMb(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture) / 1024.0;
    }
}
