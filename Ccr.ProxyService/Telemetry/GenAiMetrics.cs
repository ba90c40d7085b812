using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// The metrics of the semantic conventions for generative AI, as Prometheus spells them. Those named client are of each call to a provider, because there this program
/// is the client; those named server are of each request of a client. Counting a series that is known takes no lock and allocates nothing.
/// </summary>
/// <param name="instruments">The same over OTLP where somebody listens; null for nothing.</param>
internal sealed class GenAiMetrics(GenAiInstruments? instruments)
{
    // Of each metric; a series of the largest has 32 lines.
    private const int MostSeries = 200;

    private static readonly GenAiKey Rest = new(GenAiTarget.Chat, UsageRecorder.Other, UsageRecorder.Other, UsageRecorder.Other, UsageRecorder.Other);
    private static readonly GenAiKey RestWithoutError = Rest with { Error = "" };

    private readonly BoundedTable<GenAiKey, GenAiSeries> _tokens = new(MostSeries, RestWithoutError, static _ => new(Buckets.GenAiTokens, Buckets.GenAiTokens));
    private readonly BoundedTable<GenAiKey, Histogram> _calls = new(MostSeries, Rest, static _ => new(Buckets.GenAiDuration));
    private readonly BoundedTable<GenAiKey, Histogram> _requests = new(MostSeries, Rest, static _ => new(Buckets.GenAiDuration));
    private readonly BoundedTable<GenAiKey, GenAiSeries> _streams = new(MostSeries, RestWithoutError, static _ => new(Buckets.GenAiFirstToken, Buckets.GenAiPerToken));

    /// <summary>Counts a finished call to a provider.</summary>
    public void Observe(AttemptRecord attempt)
    {
        var (operation, provider, model) = attempt.GenAi is { } target ? (target.Operation, target.Provider, target.Model) : (GenAiTarget.Chat, attempt.Provider, attempt.Model);
        var hasAnswer = attempt.Failure is null || !attempt.Tokens.IsZero;
        var key = new GenAiKey(operation, provider, model, hasAnswer ? model : "", attempt.Failure ?? "");
        _calls[key].Observe(attempt.Duration.TotalSeconds);
        instruments?.Call(key, attempt);
        if (!attempt.Tokens.IsZero)
        {
            key = key with { Error = "" };
            var series = _tokens[key];
            series.First.Observe(attempt.Tokens.Input);
            series.Second.Observe(attempt.Tokens.Output);
        }
    }

    /// <summary>Counts a finished request of a client.</summary>
    public void Observe(RequestRecord record)
    {
        var attempts = record.Attempts;
        var (provider, asked) = attempts.Count == 0 ? ("", "") : NamesOf(attempts[0]);
        var (answering, model) = attempts.Count == 0 || record.TimeToFirstContent is null ? (provider, "") : NamesOf(attempts[^1]);
        var key = new GenAiKey(GenAiTarget.OperationOf(record.ClientDialect), answering, asked, model, record.Failure ?? "");
        _requests[key].Observe(record.Duration.TotalSeconds);
        instruments?.Request(key, record);
        if (!record.Streaming || record.TimeToFirstContent is not { } first || attempts.Count == 0)
        {
            return;
        }

        var series = _streams[key with { Error = "" }];
        series.First.Observe(first.TotalSeconds);
        if (PerToken(record) is { } each)
        {
            series.Second.Observe(each);
        }
    }

    /// <summary>Puts them onto a page.</summary>
    public void Write(IMetricSink page)
    {
        foreach (var (key, series) in Sorted(_tokens))
        {
            Write(page, Metrics.GenAiTokens, series.First, key, "input");
            Write(page, Metrics.GenAiTokens, series.Second, key, "output");
        }

        foreach (var (key, histogram) in Sorted(_calls))
        {
            Write(page, Metrics.GenAiCalls, histogram, key, key.Error);
        }

        foreach (var (key, histogram) in Sorted(_requests))
        {
            Write(page, Metrics.GenAiRequests, histogram, key, key.Error);
        }

        foreach (var (key, series) in Sorted(_streams))
        {
            page.Sample(Metrics.GenAiFirstToken, series.First, key.Operation, key.Provider, key.RequestModel, key.ResponseModel);
        }

        foreach (var (key, series) in Sorted(_streams))
        {
            page.Sample(Metrics.GenAiPerToken, series.Second, key.Operation, key.Provider, key.RequestModel, key.ResponseModel);
        }
    }

    /// <summary>Seconds for each token after the first of a stream; null where there is nothing to divide.</summary>
    public static double? PerToken(RequestRecord record) =>
        record.Streaming && record.Tokens.Output > 1 && record.TimeToFirstContent is { } first && record.Duration > first ? (record.Duration - first).TotalSeconds / (record.Tokens.Output - 1) : null;

    private static (string Provider, string Model) NamesOf(AttemptRecord attempt) => attempt.GenAi is { } target ? (target.Provider, target.Model) : (attempt.Provider, attempt.Model);

    private static void Write(IMetricSink page, Metric metric, Histogram histogram, in GenAiKey key, string last) =>
        page.Sample(metric, histogram, key.Operation, key.Provider, key.RequestModel, key.ResponseModel, last);

    private static IEnumerable<KeyValuePair<GenAiKey, T>> Sorted<T>(BoundedTable<GenAiKey, T> table) => table.Entries.OrderBy(static e => e.Key.ToString(), StringComparer.Ordinal);
}
