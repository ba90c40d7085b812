using Ccr.Simulator.Recording;

namespace Ccr.Simulator;

/// <summary>A simulator that listens; disposing it ends its streams and its listener.</summary>
public sealed class RunningSimulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestLog _log;

    internal RunningSimulator(WebApplication app, RequestLog log)
    {
        _app = app;
        _log = log;
        BaseAddress = new Uri(app.Urls.First());
    }

    /// <summary>The origin, with its real port.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The last requests (<see cref="SimulatorOptions.KeptRequests"/>), oldest first.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Requests();

    /// <summary>The counts of a model, all zero when nothing was asked of it.</summary>
    public ModelCounts Counts(string model) => _log.Counts().GetValueOrDefault(model, ModelCounts.None);

    /// <summary>Completes when the counts of a model are as wanted.</summary>
    public Task<ModelCounts> WhenCountsAsync(string model, Func<ModelCounts, bool> wanted, CancellationToken cancel) => _log.WhenAsync(model, wanted, cancel);

    /// <summary>Forgets requests, counts, and which keys have met their fault.</summary>
    public void Reset() => _log.Reset();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
