namespace Ccr.ProxyService.Cli;

/// <summary>
/// The pid files in ~/.claude-code-router: <c>.claude-code-router.pid</c> for the first ccr, <c>.claude-code-router.PORT.pid</c> for
/// others beside it. A file whose process is gone, or whose process id went to another program, counts as absent.
/// </summary>
internal sealed class PidFiles(string folder)
{
    private const string Prefix = ".claude-code-router.";

    private static readonly TimeSpan LockDeadline = TimeSpan.FromSeconds(5);

    private string Main => Path.Combine(folder, Prefix + "pid");

    /// <summary>Every ccr that runs, by port.</summary>
    public IReadOnlyList<PidEntry> Running()
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        return
        [
            .. Directory.EnumerateFiles(folder, Prefix + "*pid").Select(Read).OfType<PidEntry>().Where(e => e.IsAlive)
                .DistinctBy(e => e.Pid).OrderBy(e => e.Port),
        ];
    }

    /// <summary>Claims the port for this process.</summary>
    /// <returns>The claim, to be disposed at the end; or the ccr that has the port already.</returns>
    public async Task<(IDisposable? Claim, PidEntry? Holder)> ClaimAsync(PidEntry entry, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var held = await LockAsync(cancellationToken);
        if (Running().FirstOrDefault(e => e.Port == entry.Port) is { } holder)
        {
            return (null, holder);
        }

        var mainIsTaken = Read(Main) is { IsAlive: true };
        var path = mainIsTaken ? Path.Combine(folder, $"{Prefix}{entry.Port}.pid") : Main;
        var text = entry.Format();
        var temporary = $"{path}.{entry.Pid}";
        await File.WriteAllTextAsync(temporary, text, cancellationToken);
        File.Move(temporary, path, overwrite: true);
        return (new Claim(path, text), null);
    }

    private static PidEntry? Read(string path)
    {
        try
        {
            return PidEntry.Parse(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Two starts at the same moment must not both find the port free.
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, Prefix + "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(deadline) < LockDeadline)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    private sealed class Claim(string path, string text) : IDisposable
    {
        // Only our own claim is removed, not that of a successor.
        public void Dispose()
        {
            try
            {
                if (File.ReadAllText(path) == text)
                {
                    File.Delete(path);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Gone already, or the folder is not ours any more: a stale file is recognised by its process anyway.
            }
        }
    }
}
