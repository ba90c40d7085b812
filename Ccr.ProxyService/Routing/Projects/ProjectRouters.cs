using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Projects;

/// <summary>
/// Routes of a project or of one session, as in the Node router: the session's transcript tells its project's folder, and ROUTER/FOLDER/SESSION.json, else
/// ROUTER/FOLDER/config.json, may hold a Router of its own. A request waits for files a quarter of a second at most, and only where such folders exist.
/// </summary>
internal sealed partial class ProjectRouters
{
    private const string Rule = "project";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);
    private static readonly ProjectRouter Late = new(null, new(Rule, false, "the files of the session's project could not be read in time"));

    // Folders of the router's own, which are no projects.
    private static readonly HashSet<string> OwnFolders = new(StringComparer.OrdinalIgnoreCase) { "logs", "presets", "plugins", "backups", "captures" };

    private readonly RouterFolders _folders;
    private readonly TimeProvider _time;
    private readonly ILogger<ProjectRouters> _log;
    private readonly LruCache<(CcrConfig Config, ProjectRouter Router)> _sessions;
    private readonly LruCache<Loaded> _files;
    private volatile bool _hasFolders;
    private long _lookedAt;

    /// <summary>Looks for project folders.</summary>
    public ProjectRouters(RouterFolders folders, TimeProvider time, ILogger<ProjectRouters> log)
    {
        _folders = folders;
        _time = time;
        _log = log;
        _sessions = new(1000, Lifetime, time);
        _files = new(1000, TimeSpan.FromDays(1), time);
        _hasFolders = HasFolders();
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>True when looking a session up can bring anything; new folders are noticed within a minute, without making a request wait.</summary>
    public bool InUse
    {
        get
        {
            var lookedAt = Volatile.Read(ref _lookedAt);
            if (_time.GetElapsedTime(lookedAt) >= Lifetime && Interlocked.CompareExchange(ref _lookedAt, _time.GetTimestamp(), lookedAt) == lookedAt)
            {
                _ = Task.Run(() => _hasFolders = HasFolders());
            }

            return _hasFolders;
        }
    }

    /// <summary>What the session has of its own.</summary>
    public async ValueTask<ProjectRouter> FindAsync(string session, CcrConfig config, CancellationToken cancellationToken)
    {
        if (!IsFileName(session))
        {
            return ProjectRouter.None;
        }

        if (_sessions.TryGet(session, out var known) && ReferenceEquals(known.Config, config))
        {
            return known.Router;
        }

        try
        {
            return await Task.Run(() => Find(session, config), cancellationToken).WaitAsync(LongestWait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The search goes on and its result is kept for the next request.
            return Late;
        }
    }

    // Part of a path: no dots, no separators.
    private static bool IsFileName(string session) => session.Length is > 0 and <= 64 && session.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private ProjectRouter Find(string session, CcrConfig config)
    {
        var router = ProjectRouter.None;
        try
        {
            if (ProjectOf(session) is { } project)
            {
                var folder = Path.Combine(_folders.Router, project);
                router = Load(Path.Combine(folder, $"{session}.json"), config) ?? Load(Path.Combine(folder, "config.json"), config) ?? router;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            router = new(null, new(Rule, false, "the files of the session's project cannot be read"));
        }

        _sessions.Set(session, (config, router));
        return router;
    }

    private string? ProjectOf(string session)
    {
        if (Directory.Exists(_folders.ClaudeProjects))
        {
            foreach (var folder in Directory.EnumerateDirectories(_folders.ClaudeProjects))
            {
                if (File.Exists(Path.Combine(folder, $"{session}.jsonl")))
                {
                    return Path.GetFileName(folder);
                }
            }
        }

        return null;
    }

    /// <summary>The routes of a file; null when it does not exist or has no Router.</summary>
    private ProjectRouter? Load(string path, CcrConfig config)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return null;
        }

        if (_files.TryGet(path, out var loaded) && loaded.ChangedAt == file.LastWriteTimeUtc && loaded.Length == file.Length && ReferenceEquals(loaded.Config, config))
        {
            return loaded.Router;
        }

        var shown = Path.GetRelativePath(_folders.Router, path);
        var overlaid = OverlayReader.Parse(path, out var fault) is { } node ? OverlayReader.Read(path, node, config, Environment.GetEnvironmentVariable, ownProviders: false, out fault) : null;
        if (fault is not null)
        {
            Unusable(_log, fault);
        }

        var router = overlaid is not null ? new ProjectRouter(new RouteTable(overlaid), new(Rule, true, $"the Router of {shown} is in force"))
            : fault is not null ? new ProjectRouter(null, new(Rule, false, $"{shown} has an error, which the log names"))
            : null;
        _files.Set(path, new(file.LastWriteTimeUtc, file.Length, config, router));
        return router;
    }

    private bool HasFolders()
    {
        try
        {
            return Directory.Exists(_folders.Router)
                && Directory.EnumerateDirectories(_folders.Router).Any(static d => Path.GetFileName(d) is var name && !name.StartsWith('.') && !OwnFolders.Contains(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private sealed record Loaded(DateTime ChangedAt, long Length, CcrConfig Config, ProjectRouter? Router);

    [LoggerMessage(EventId = 1210, Level = LogLevel.Warning, Message = "The routes of a project are not used: {Fault}")]
    private static partial void Unusable(ILogger log, string fault);
}
