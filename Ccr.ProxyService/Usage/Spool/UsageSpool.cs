namespace Ccr.ProxyService.Usage;

/// <summary>
/// The file on which what Redis has not confirmed outlives this process, and the files that dead processes left. A file is written only while
/// Redis does not confirm, whole and by rename; beside it lies a lock that its process holds open, which is how others tell dead from alive.
/// Used by one caller at a time.
/// </summary>
/// <param name="directory">Where; null for no spool.</param>
/// <param name="limit">The most that a file may hold, in bytes.</param>
/// <param name="identity">This process.</param>
/// <param name="state">Where size and loss are shown.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class UsageSpool(string? directory, long limit, InstanceIdentity identity, RedisState state, TimeProvider time, ILogger<UsageSpool> logger) : IDisposable
{
    private const string Extension = ".spool";
    private const string LockExtension = ".lock";
    private const string AsideExtension = ".corrupt";

    private FileStream? _lock;
    private bool _isWarned;
    private bool _isFull;

    /// <summary>Whether there is one at all.</summary>
    public bool IsUsed => directory is not null;

    /// <summary>True when the last <see cref="Write"/> left everything on the disk.</summary>
    public bool IsComplete { get; private set; }

    private string OwnPath => Path.Combine(directory!, identity.Name + Extension);

    /// <summary>Replaces this process's file; a disk that cannot be written is told once, and everything stays in memory.</summary>
    /// <returns>True when the file is there, be it with all of them or with as many as it may hold.</returns>
    public bool Write(IEnumerable<SpoolUnit> units)
    {
        if (directory is null)
        {
            return false;
        }

        try
        {
            var (head, body) = SpoolFormat.Write(identity.Name, units, time.GetUtcNow(), limit, out var dropped);
            CreateFolder();
            _lock ??= OpenLock(identity.Name);
            var temporary = OwnPath + ".tmp";
            using (var file = new FileStream(temporary, Options(FileMode.Create)))
            {
                file.Write(head);
                file.Write(body.Span);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, OwnPath, overwrite: true);
            state.SpoolBytes = head.Length + body.Length;
            state.SpoolDropped.Add(dropped);
            TellFull(dropped);
            IsComplete = dropped == 0;
            _isWarned = false;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            IsComplete = false;
            if (!_isWarned)
            {
                LogUnwritable(directory, e.Message);
                _isWarned = true;
            }

            return false;
        }
    }

    /// <summary>Redis has everything: the file goes.</summary>
    public void Clear()
    {
        IsComplete = false;
        _isFull = false;
        if (_lock is null)
        {
            return;
        }

        if (Remove(OwnPath, identity.Name, _lock))
        {
            _lock = null;
            state.SpoolBytes = 0;
        }
    }

    /// <summary>The files of processes that are gone, each locked until it is applied and <see cref="SpoolLegacy.Dispose"/>d.</summary>
    public List<SpoolLegacy> Adopt()
    {
        List<SpoolLegacy> adopted = [];
        if (directory is null || !Directory.Exists(directory))
        {
            return adopted;
        }

        try
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension))
            {
                if (Path.GetFileNameWithoutExtension(path) is var instance && instance != identity.Name && TryAdopt(path, instance) is { } legacy)
                {
                    adopted.Add(legacy);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(directory, e.Message);
        }

        return adopted;
    }

    /// <summary>Lets go of the lock, so that the next process takes what this one leaves.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private SpoolLegacy? TryAdopt(string path, string instance)
    {
        FileStream? held = null;
        try
        {
            held = OpenLock(instance);
            if (!File.Exists(path))
            {
                // Another process was faster, and has applied it.
                Remove(path, instance, held);
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            if (!SpoolFormat.TryRead(bytes, instance, out var units, out var reason))
            {
                File.Move(path, path + AsideExtension, overwrite: true);
                LogSetAside(path + AsideExtension, reason);
                Remove(path, instance, held);
                return null;
            }

            LogAdopted(path, units.Sum(u => u.Requests), instance);
            var kept = held;
            held = null;
            return new SpoolLegacy(units, () => Remove(path, instance, kept), kept);
        }
        catch (IOException)
        {
            // Its process is alive and holds the lock, or another one has adopted it.
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            LogUnreadable(path, e.Message);
            return null;
        }
        finally
        {
            held?.Dispose();
        }
    }

    private FileStream OpenLock(string instance) => new(Path.Combine(directory!, instance + LockExtension), Options(FileMode.OpenOrCreate));

    /// <summary>The file first and the lock last, so that nobody who gets the lock finds the file of somebody alive.</summary>
    private bool Remove(string path, string instance, FileStream held)
    {
        try
        {
            File.Delete(path);
            if (OperatingSystem.IsWindows())
            {
                // There a file that is open cannot be deleted.
                held.Dispose();
            }

            File.Delete(Path.Combine(directory!, instance + LockExtension));
            held.Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(path, e.Message);
            return false;
        }
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory!);
        }
        else
        {
            Directory.CreateDirectory(directory!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Names of sessions and models are the owner's business.
    private static FileStreamOptions Options(FileMode mode) => OperatingSystem.IsWindows()
        ? new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None }
        : new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };

    private void TellFull(int dropped)
    {
        if (dropped > 0 && !_isFull)
        {
            LogFull(limit, dropped);
        }

        _isFull = dropped > 0;
    }

    [LoggerMessage(EventId = 5010, Level = LogLevel.Warning,
        Message = "The spool of counts cannot be written to {Path} ({Reason}); "
        + "until it can, counts that Redis does not confirm are in memory only. Set Usage.spoolDirectory to a folder that ccr may write, or Usage.spool to false.")]
    private partial void LogUnwritable(string path, string reason);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Warning,
        Message = "The spool of counts has reached its limit of {Limit} bytes: "
        + "{Units} series or sessions are in memory only. Raise Usage.spoolMaxBytes.")]
    private partial void LogFull(long limit, int units);

    [LoggerMessage(EventId = 5012, Level = LogLevel.Warning,
        Message = "A spool file cannot be used and was set aside as {Path}: "
        + "{Reason}. The counts in it are not written to Redis.")]
    private partial void LogSetAside(string path, string reason);

    [LoggerMessage(EventId = 5013, Level = LogLevel.Information, Message = "The spool file {Path} is written to Redis: the counts of {Requests} requests that instance {Instance} left.")]
    private partial void LogAdopted(string path, long requests, string instance);

    [LoggerMessage(EventId = 5014, Level = LogLevel.Warning, Message = "The spool of counts at {Path} cannot be read or removed: {Reason}. It stays where it is and is tried again.")]
    private partial void LogUnreadable(string path, string reason);
}
