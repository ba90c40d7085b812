namespace Ccr.Dashboard.Web.Sources;

/// <summary>Looks at one source again and again: keeps the last good answer and knows since when there is none. Never throws for a source that fails.</summary>
internal sealed partial class SourcePoller<T>
    where T : class
{
    private readonly Func<CancellationToken, Task<T>>? _read;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="name">The source's name for a person.</param>
    /// <param name="read">One look; null when this installation has no such source.</param>
    /// <param name="time">The clock of <see cref="SourceHealth.Since"/>.</param>
    /// <param name="logger">Told once when the source goes and once when it comes back.</param>
    public SourcePoller(string name, Func<CancellationToken, Task<T>>? read, TimeProvider time, ILogger logger)
    {
        _read = read;
        _time = time;
        _logger = logger;
        Reading = new(new SourceHealth(name, read is null ? SourceState.NotConfigured : SourceState.Waiting));
    }

    /// <summary>What is known of the source. Swapped whole, so that another thread never sees half of it.</summary>
    public SourceReading<T> Reading { get; private set; }

    /// <summary>One look. Returns when it succeeded or failed; throws only when cancelled.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (_read is null)
        {
            return;
        }

        try
        {
            var answer = await _read(cancellationToken);
            if (Reading.Health.State == SourceState.Unreachable)
            {
                LogBack(_logger, Reading.Health.Name);
            }

            Reading = new(Enter(SourceState.Reachable, null), answer, Reading.Looks + 1);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // A boundary: whatever a source does, the pages go on with what they had.
            var error = e is SourceException ? e.Message : "reading it failed unexpectedly (see the log)";
            if (Reading.Health.State != SourceState.Unreachable)
            {
                LogGone(_logger, Reading.Health.Name, error, e is SourceException ? null : e);
            }

            Reading = Reading with { Health = Enter(SourceState.Unreachable, error) };
        }
    }

    private SourceHealth Enter(SourceState state, string? error)
    {
        var health = Reading.Health;
        return health.State == state ? health with { Error = error } : new SourceHealth(health.Name, state, _time.GetUtcNow(), error);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Source} cannot be read: {Error}. Trying again every second.")]
    private static partial void LogGone(ILogger logger, string source, string error, Exception? exception);

    [LoggerMessage(2, LogLevel.Information, "{Source} can be read again.")]
    private static partial void LogBack(ILogger logger, string source);
}
