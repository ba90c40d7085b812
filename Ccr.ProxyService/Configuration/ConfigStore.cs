namespace Ccr.ProxyService.Configuration;

/// <summary>
/// The configuration in force, kept in step with its file. A good edit swaps the snapshot whole; a bad one is refused and reported once,
/// and the last good snapshot stays.
/// </summary>
internal sealed partial class ConfigStore : IConfigStore, IDisposable
{
    private readonly ConfigLocation _location;
    private readonly Func<string, string?> _environment;
    private readonly ILogger<ConfigStore> _logger;
    private readonly CcrConfig _initial;
    private readonly ConfigWatcher _watcher;
    private volatile CcrConfig _current;
    private volatile IReadOnlyList<ConfigProblem> _problems;

    /// <summary>Takes over what was loaded from <paramref name="location"/> and watches the file from then on.</summary>
    /// <exception cref="ConfigurationException"><paramref name="loaded"/> has an error.</exception>
    public ConfigStore(
        ConfigLocation location,
        ConfigResult loaded,
        Func<string, string?> environment,
        TimeProvider time,
        ILogger<ConfigStore> logger,
        ConfigWatchOptions? watch = null)
    {
        _location = location;
        _environment = environment;
        _logger = logger;
        _initial = _current = loaded.Config ?? throw new ConfigurationException(location.Path, loaded.Problems);
        _problems = loaded.Problems;
        foreach (var problem in loaded.Problems)
        {
            LogWarning(problem.Describe(_initial.Source));
        }

        _watcher = new ConfigWatcher(location.Path, loaded.Content, watch ?? new ConfigWatchOptions(), time, OnFileChanged);
    }

    /// <summary>Raised after <see cref="Current"/> was swapped, on a background thread, one call at a time.</summary>
    public event Action<CcrConfig>? Changed;

    /// <summary>Raised after an edit was refused, with its problems; <see cref="Current"/> is unchanged.</summary>
    public event Action<IReadOnlyList<ConfigProblem>>? Refused;

    /// <inheritdoc/>
    public CcrConfig Current => _current;

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Problems => _problems;

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();

    private void OnFileChanged(FileContent content)
    {
        var result = ConfigFile.Parse(_location.Path, content, _environment);
        if (result.Config is null)
        {
            _problems = result.Problems;
            LogRefused(_location.Path, string.Join("; ", result.Problems.Where(p => p.IsError).Select(p => p.Describe(_location.Path))));
            Raise(Refused, result.Problems);
            return;
        }

        IReadOnlyList<ConfigProblem> problems = [.. result.Problems, .. RestartWarnings(result.Config)];
        _problems = problems;
        _current = result.Config;
        LogReloaded(_location.Path, result.Config.Providers.Count, result.Config.Router.RouteCount);
        foreach (var problem in problems)
        {
            LogWarning(problem.Describe(_location.Path));
        }

        Raise(Changed, result.Config);
    }

    private IEnumerable<ConfigProblem> RestartWarnings(CcrConfig config)
    {
        if (config.Host != _initial.Host)
        {
            yield return new ConfigProblem("HOST", 0, "a changed HOST takes effect after a restart: ccr restart", IsError: false);
        }

        if (config.Port != _initial.Port)
        {
            yield return new ConfigProblem("PORT", 0, "a changed PORT takes effect after a restart: ccr restart", IsError: false);
        }
    }

    // One listener's fault must neither stop the others nor end the watching.
    private void Raise<T>(Action<T>? handlers, T argument)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(argument);
            }
            catch (Exception fault)
            {
                LogListenerFault(fault);
            }
        }
    }

    [LoggerMessage(EventId = 1100, Level = LogLevel.Information, Message = "Configuration {Path} reloaded: {Providers} providers, {Routes} routes")]
    private partial void LogReloaded(string path, int providers, int routes);

    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "Configuration {Path} was edited into something unusable; the last good one stays in force. {Problems}")]
    private partial void LogRefused(string path, string problems);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void LogWarning(string problem);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Error, Message = "A listener for configuration changes failed")]
    private partial void LogListenerFault(Exception fault);
}
