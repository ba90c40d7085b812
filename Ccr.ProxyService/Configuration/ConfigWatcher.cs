namespace Ccr.ProxyService.Configuration;

/// <summary>
/// Tells when a file's content has changed and settled. It compares content, not timestamps, so that files replaced by rename, written in
/// place, or reached through links that are switched (Kubernetes config maps) are all the same to it. Events only make it look sooner.
/// </summary>
internal sealed class ConfigWatcher : IDisposable
{
    private readonly string _path;
    private readonly ConfigWatchOptions _options;
    private readonly Action<FileContent> _changed;
    private readonly ITimer _timer;
    private readonly FileSystemWatcher? _events;
    private readonly Lock _gate = new();
    private FileContent _seen;
    private FileContent? _settling;
    private bool _looking;
    private bool _hurry;
    private bool _disposed;

    /// <summary>Watches <paramref name="path"/>, whose last known content is <paramref name="seen"/>; calls <paramref name="changed"/> one at a time.</summary>
    public ConfigWatcher(string path, FileContent seen, ConfigWatchOptions options, TimeProvider time, Action<FileContent> changed)
    {
        _path = path;
        _seen = seen;
        _options = options;
        _changed = changed;
        _timer = time.CreateTimer(_ => Look(), null, options.PollInterval, Timeout.InfiniteTimeSpan);
        _events = options.UseEvents ? Listen() : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _events?.Dispose();
        _timer.Dispose();
    }

    private FileSystemWatcher? Listen()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(_path)!)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            watcher.Changed += OnEvent;
            watcher.Created += OnEvent;
            watcher.Deleted += OnEvent;
            watcher.Renamed += OnEvent;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // No folder yet, or the system's limit of watches is reached: polling does the same a little later.
            watcher?.Dispose();
            return null;
        }
    }

    private void OnEvent(object sender, FileSystemEventArgs change)
    {
        // Beside the file's own name, "..data" is the link that a config map switches.
        var name = Path.GetFileName(_path);
        if (change.Name != name && (change as RenamedEventArgs)?.OldName != name && change.Name?.StartsWith("..", StringComparison.Ordinal) != true)
        {
            return;
        }

        lock (_gate)
        {
            if (_disposed || _hurry)
            {
                return;
            }

            _hurry = true;
            if (!_looking)
            {
                _timer.Change(_options.Settle, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_disposed || _looking)
            {
                return;
            }

            _looking = true;
            _hurry = false;
        }

        try
        {
            Compare(ConfigFile.ReadBytes(_path));
        }
        finally
        {
            lock (_gate)
            {
                _looking = false;
                if (!_disposed)
                {
                    _timer.Change(_hurry || _settling is not null ? _options.Settle : _options.PollInterval, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    private void Compare(FileContent content)
    {
        if (content.SameAs(_seen))
        {
            _settling = null;
        }
        else if (_settling is { } settling && content.SameAs(settling))
        {
            _settling = null;
            _seen = content;
            _changed(content);
        }
        else
        {
            _settling = content;
        }
    }
}
