using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Tokens;
using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Counts in memory everything that is shown, exported or written to Redis. All numbers only grow (gauges aside), so a reader takes
/// differences and nobody has to stop the counting. Recording a request whose series are known allocates nothing.
/// </summary>
/// <remarks>
/// In the series <c>total</c> a request is one that a client sent, and a failure one whose client got no complete answer. In the series of a
/// target, provider or model a request is an answer it gave, and a failure a try that failed; the series of a key, client program, scenario or
/// session (<see cref="ClientUsage"/>) count as the total does. A client that left is no failure of anyone.
/// </remarks>
/// <param name="instruments">What is sent over OTLP where somebody listens; null for nothing.</param>
internal sealed class UsageRecorder(GenAiInstruments? instruments = null) : IUsageRecorder
{
    /// <summary>Where everything past the limits is counted, as label and as name of a provider, model or target.</summary>
    public const string Other = "other";

    /// <summary>The status in a <see cref="RequestRecord"/> of a request whose client left before the end.</summary>
    public const int ClientLeftStatus = 499;

    // Targets, providers and models together are at most 1,000 series.
    private const int MostTargets = 400;
    private const int MostProviders = 200;
    private const int MostModels = 400;
    private const int MostWords = 50;

    private readonly Counter[] _routingTokens = [.. Enum.GetValues<TokenCountSource>().Select(_ => new Counter())];

    /// <summary>Everything that clients asked for.</summary>
    public UsageCounters Total { get; } = new(RedisKeys.Total);

    /// <summary>By provider and model.</summary>
    public BoundedTable<(string Provider, string Model), TargetUsage> Targets { get; } =
        new(MostTargets, (Other, Other), static key => new(key == (Other, Other) ? Other : $"{key.Provider},{key.Model}"));

    /// <summary>By provider.</summary>
    public BoundedTable<string, UsageCounters> Providers { get; } = new(MostProviders, Other, static name => new(RedisKeys.Provider(name)));

    /// <summary>By model, as the provider spells it.</summary>
    public BoundedTable<string, UsageCounters> Models { get; } = new(MostModels, Other, static name => new(RedisKeys.Model(name)));

    /// <summary>By client program.</summary>
    public BoundedTable<string, ApplicationUsage> Applications { get; } = new(MostWords, Other, static _ => new());

    /// <summary>Requests by routing scenario.</summary>
    public BoundedTable<string, Counter> Scenarios { get; } = new(MostWords, Other, static _ => new());

    /// <summary>Failed requests that never reached a provider, by reason.</summary>
    public BoundedTable<string, Counter> UnroutedFailures { get; } = new(MostWords, Other, static _ => new());

    /// <summary>Requests whose client left before the end.</summary>
    public Counter ClientsLeft { get; } = new();

    /// <summary>Calls of the clients' tools in the answers to clients.</summary>
    public Counter ToolCalls { get; } = new();

    /// <summary>Seconds of each request that were not spent waiting for a provider.</summary>
    public Histogram Overhead { get; } = new(Buckets.Overhead);

    /// <summary>Requests in work.</summary>
    public Gauge ActiveRequests { get; } = new();

    /// <summary>Answers being streamed.</summary>
    public Gauge ActiveStreams { get; } = new();

    /// <summary>Writes to clients that had to wait, because the client read more slowly than the answer came.</summary>
    public Counter Backpressure { get; } = new();

    /// <summary>Streams that no target was asked for, because a limit left no place.</summary>
    public Counter RejectedStreams { get; } = new();

    /// <summary>The metrics of the semantic conventions for generative AI.</summary>
    public GenAiMetrics GenAi { get; } = new(instruments);

    /// <summary>What became of sessions and their targets.</summary>
    public AffinityCounters Affinity { get; } = new();

    /// <summary>The last requests.</summary>
    public RecentRequests Recent { get; } = new(RedisKeys.RecentRequestsLength);

    /// <summary>The same requests by who asked: key, client program, scenario, session.</summary>
    public ClientUsage Clients { get; } = new();

    /// <summary>Every series that is counted by time; sessions, which come and go, are not among them.</summary>
    public IEnumerable<UsageCounters> Series =>
        [
            Total, .. Targets.Entries.Select(t => t.Value.Counters), .. Providers.Entries.Select(p => p.Value), .. Models.Entries.Select(m => m.Value),
            .. Clients.Series,
        ];

    /// <summary>Requests whose tokens were counted for routing, by how.</summary>
    public long RoutingTokens(TokenCountSource source) => _routingTokens[(int)source].Value;

    /// <inheritdoc/>
    public void RequestStarted() => ActiveRequests.Up();

    /// <inheritdoc/>
    public void StreamStarted() => ActiveStreams.Up();

    /// <inheritdoc/>
    public void StreamEnded() => ActiveStreams.Down();

    /// <inheritdoc/>
    public void WriteWaited() => Backpressure.Add();

    /// <inheritdoc/>
    public void StreamRejected() => RejectedStreams.Add();

    /// <inheritdoc/>
    public void RequestFinished(RequestRecord record)
    {
        ActiveRequests.Down();
        Total.AddRequest(record.Duration);
        Total.AddTokens(record.Tokens);
        ToolCalls.Add(record.ToolCalls);
        Overhead.Observe((record.Duration - record.UpstreamTime).TotalSeconds);
        Scenarios[record.Scenario].Add();
        var application = Applications[record.ClientApplication];
        application.Requests.Add();
        application.Duration.Observe(record.Duration.TotalSeconds);
        if (record.RoutingTokens is { } counted)
        {
            _routingTokens[(int)counted.Source].Add();
        }

        GenAi.Observe(record);
        CountOutcome(record);
        var isUnpriced = false;
        var cost = 0m;
        for (var i = 0; i < record.Attempts.Count; i++)
        {
            var attempt = record.Attempts[i];
            CountAttempt(record, attempt, isLast: i == record.Attempts.Count - 1);
            isUnpriced |= attempt.IsUnpriced;
            cost += attempt.Cost ?? 0;
        }

        var (micro, pico) = Cost.Split(cost);
        Total.AddCost(micro, pico);
        if (isUnpriced)
        {
            Total.AddUnpriced();
        }

        Clients.Count(record, new(micro, pico, isUnpriced), TargetName(record));
        Recent.Add(record);
    }

    /// <inheritdoc/>
    public void CopyFinished(RequestRecord record)
    {
        for (var i = 0; i < record.Attempts.Count; i++)
        {
            CountAttempt(record, record.Attempts[i], isLast: i == record.Attempts.Count - 1);
        }

        Recent.Add(record);
    }

    /// <summary>The target that gave the answer, or was asked last; null when none was.</summary>
    private string? TargetName(RequestRecord record) =>
        record.Attempts.Count == 0 ? null : Targets[(record.Attempts[^1].Provider, record.Attempts[^1].Model)].Name;

    private void CountOutcome(RequestRecord record)
    {
        if (record.Status == ClientLeftStatus)
        {
            ClientsLeft.Add();
        }
        else if (record.Failure is not null)
        {
            Total.AddFailure();
            if (record.Attempts.Count == 0)
            {
                UnroutedFailures[record.Failure].Add();
            }
        }
    }

    private void CountAttempt(RequestRecord record, AttemptRecord attempt, bool isLast)
    {
        var target = Targets[(attempt.Provider, attempt.Model)];
        var provider = Providers[attempt.Provider];
        var model = Models[attempt.Model];
        target.IsUnlisted = attempt.GenAi is { IsUnlisted: true };
        GenAi.Observe(attempt);
        if (attempt.Failure is null)
        {
            target.Counters.AddRequest(attempt.Duration);
            provider.AddRequest(attempt.Duration);
            model.AddRequest(attempt.Duration);
            target.Duration.Observe(attempt.Duration.TotalSeconds);
        }
        else if (!(isLast && record.Status == ClientLeftStatus))
        {
            target.Counters.AddFailure();
            provider.AddFailure();
            model.AddFailure();
            target.Failures[attempt.Failure].Add();
        }

        // A try that failed may have used tokens: a stream that was cut has.
        AddUse(target.Counters, attempt);
        AddUse(provider, attempt);
        AddUse(model, attempt);
        if (record.TimeToFirstContent is { } first && IsFirstToSpeak(record.Attempts, attempt))
        {
            target.FirstContent.Observe(first.TotalSeconds);
            var generation = (record.Duration - first).TotalSeconds;

            // Where another one went on with it, the time is not this target's alone.
            if (isLast && record.Streaming && attempt.Tokens.Output > 0 && generation > 0)
            {
                target.TokensPerSecond.Observe(attempt.Tokens.Output / generation);
                target.Throughput.Add(new(first.TotalSeconds, attempt.Tokens.Output, generation, record.StartedAt + record.Duration));
            }
        }
    }

    /// <summary>Whether the client's first content came from that try: the first one that had any. A stream that broke and was gone on with has two.</summary>
    private static bool IsFirstToSpeak(IReadOnlyList<AttemptRecord> attempts, AttemptRecord attempt)
    {
        for (var i = 0; i < attempts.Count; i++)
        {
            if (attempts[i].FirstContent is not null || i == attempts.Count - 1)
            {
                return ReferenceEquals(attempts[i], attempt);
            }
        }

        return false;
    }

    private static void AddUse(UsageCounters counters, AttemptRecord attempt)
    {
        counters.AddTokens(attempt.Tokens);
        if (attempt.Cost is { } cost)
        {
            counters.AddCost(cost);
        }
        else if (attempt.IsUnpriced)
        {
            counters.AddUnpriced();
        }
    }
}
