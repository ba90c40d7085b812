using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// The histograms of the semantic conventions for generative AI as instruments of the meter "Ccr.Proxy", for exporters such as OTLP. Where nobody listens a call costs
/// one look at a flag.
/// </summary>
internal sealed class GenAiInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Ccr.Proxy";

    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _calls;
    private readonly Histogram<double> _requests;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<double> _overhead;

    /// <summary>Makes them.</summary>
    public GenAiInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _tokens = meter.CreateHistogram("gen_ai.client.token.usage", "{token}", Metrics.GenAiTokens.Help, null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [.. Buckets.GenAiTokens.Select(static b => (long)b)] });
        _calls = Seconds("gen_ai.client.operation.duration", Metrics.GenAiCalls, Buckets.GenAiDuration);
        _requests = Seconds("gen_ai.server.request.duration", Metrics.GenAiRequests, Buckets.GenAiDuration);
        _firstToken = Seconds("gen_ai.server.time_to_first_token", Metrics.GenAiFirstToken, Buckets.GenAiFirstToken);
        _perToken = Seconds("gen_ai.server.time_per_output_token", Metrics.GenAiPerToken, Buckets.GenAiPerToken);
        _overhead = Seconds("ccr.proxy_overhead", Metrics.Overhead, Buckets.Overhead);

        Histogram<double> Seconds(string name, Metric metric, double[] bounds) =>
            meter.CreateHistogram(name, "s", metric.Help, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
    }

    /// <summary>A call to a provider.</summary>
    public void Call(in GenAiKey key, AttemptRecord attempt)
    {
        if (_calls.Enabled)
        {
            _calls.Record(attempt.Duration.TotalSeconds, Tags(key));
        }

        if (_tokens.Enabled && !attempt.Tokens.IsZero)
        {
            var tags = Tags(key with { Error = "" });
            tags.Add("gen_ai.token.type", "input");
            _tokens.Record(attempt.Tokens.Input, tags);
            tags = Tags(key with { Error = "" });
            tags.Add("gen_ai.token.type", "output");
            _tokens.Record(attempt.Tokens.Output, tags);
        }
    }

    /// <summary>A request of a client.</summary>
    public void Request(in GenAiKey key, RequestRecord record)
    {
        if (!_requests.Enabled)
        {
            return;
        }

        _requests.Record(record.Duration.TotalSeconds, Tags(key));
        _overhead.Record(record.Overhead.TotalSeconds);
        if (record.Streaming && record.TimeToFirstContent is { } first && record.Attempts.Count > 0)
        {
            var tags = Tags(key with { Error = "" });
            _firstToken.Record(first.TotalSeconds, tags);
            if (GenAiMetrics.PerToken(record) is { } each)
            {
                _perToken.Record(each, tags);
            }
        }
    }

    private static TagList Tags(in GenAiKey key)
    {
        var tags = new TagList();
        Add(ref tags, "gen_ai.operation.name", key.Operation);
        Add(ref tags, "gen_ai.provider.name", key.Provider);
        Add(ref tags, "gen_ai.request.model", key.RequestModel);
        Add(ref tags, "gen_ai.response.model", key.ResponseModel);
        Add(ref tags, "error.type", key.Error);
        return tags;

        static void Add(ref TagList tags, string name, string value)
        {
            if (value.Length > 0)
            {
                tags.Add(name, value);
            }
        }
    }
}
