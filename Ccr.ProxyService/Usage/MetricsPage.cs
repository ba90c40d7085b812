using System.Buffers;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Usage;

/// <summary>Puts all numbers of this process onto the page /metrics.</summary>
internal sealed class MetricsPage(UsageRecorder recorder, ITargetStates targets, InstanceIdentity identity, RedisState redis, TokenMetrics? tokens = null, KeyCounters? keys = null)
{
    /// <summary>Writes the whole page.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isOpen">True for OpenMetrics, false for the Prometheus text format.</param>
    public void Write(IBufferWriter<byte> output, bool isOpen = false)
    {
        var page = new PrometheusWriter(output, isOpen);
        Write(page);
        page.End();
    }

    /// <summary>Gives all samples to a sink.</summary>
    public void Write(IMetricSink page)
    {
        var tiers = TierSeries.Of(recorder, targets.Snapshot());
        WriteProcess(page);
        WriteTargets(page, tiers);
        WriteClients(page);
        recorder.GenAi.Write(page);
        WriteAffinity(page);
        tokens?.Write(page, tiers);
        WriteRedis(page);
        WriteKeys(page);
    }

    private void WriteProcess(IMetricSink page)
    {
        page.Sample(Metrics.BuildInfo, 1, InstanceIdentity.Version);
        page.Sample(Metrics.StartTime, identity.StartedAt.ToUnixTimeMilliseconds() / 1000.0);
        page.Sample(Metrics.CpuSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
        page.Sample(Metrics.ResidentMemory, Environment.WorkingSet);
    }

    private void WriteTargets(IMetricSink page, TierSeries tiers)
    {
        var all = tiers.Usage;
        WriteCounter(page, Metrics.Requests, all, UsageField.Requests);
        foreach (var target in all)
        {
            foreach (var (reason, count) in target.Failures.Entries)
            {
                page.Sample(Metrics.Failures, count.Value, target.Name, reason);
            }
        }

        foreach (var (reason, count) in recorder.UnroutedFailures.Entries)
        {
            page.Sample(Metrics.Failures, count.Value, "none", reason);
        }

        WriteCounter(page, Metrics.InputTokens, all, UsageField.InputTokens);
        WriteCounter(page, Metrics.OutputTokens, all, UsageField.OutputTokens);
        WriteCounter(page, Metrics.CacheReadTokens, all, UsageField.CacheReadTokens);
        WriteCounter(page, Metrics.CacheCreationTokens, all, UsageField.CacheWriteTokens);
        WriteCounter(page, Metrics.ReasoningTokens, all, UsageField.ReasoningTokens);
        foreach (var target in all)
        {
            page.Sample(Metrics.CostUsd, (double)Cost.Join(target.Counters[UsageField.CostMicro], target.Counters[UsageField.CostPico]), target.Name);
        }

        WriteCounter(page, Metrics.UnpricedRequests, all, UsageField.UnpricedRequests);
        foreach (var target in all)
        {
            page.Sample(Metrics.RequestDuration, target.Duration, target.Name);
        }

        foreach (var target in all)
        {
            page.Sample(Metrics.FirstContent, target.FirstContent, target.Name);
        }

        foreach (var target in all)
        {
            page.Sample(Metrics.TokensPerSecond, target.TokensPerSecond, target.Name);
        }

        WriteHealth(page, tiers.States);
    }

    private void WriteHealth(IMetricSink page, IReadOnlyList<TargetState> states)
    {
        foreach (var target in states)
        {
            if (target.LatencySeconds is { } latency)
            {
                page.Sample(Metrics.TierLatency, latency, target.Name);
            }
        }

        foreach (var target in states)
        {
            page.Sample(Metrics.BreakerState, target.Breaker switch { "open" => 2, "half-open" => 1, _ => 0 }, target.Name);
        }

        foreach (var target in states)
        {
            page.Sample(Metrics.RateLimitHits, target.RateLimitHits, target.Name);
        }

        foreach (var target in states)
        {
            page.Sample(Metrics.RateLimitBackoffs, target.RateLimitBackoffs, target.Name);
        }

        foreach (var target in states)
        {
            foreach (var (reason, count) in target.Refusals)
            {
                page.Sample(Metrics.Refusals, count, target.Name, reason);
            }
        }

        var providers = targets.Providers();
        foreach (var provider in providers)
        {
            page.Sample(Metrics.QueueLength, provider.Queued, provider.Name);
        }

        foreach (var provider in providers)
        {
            page.Sample(Metrics.ProviderActive, provider.Active, provider.Name);
        }
    }

    private static void WriteCounter(IMetricSink page, Metric metric, IReadOnlyList<TargetUsage> targets, UsageField field)
    {
        foreach (var target in targets)
        {
            page.Sample(metric, target.Counters[field], target.Name);
        }
    }

    private void WriteClients(IMetricSink page)
    {
        page.Sample(Metrics.ClientRequests, recorder.Total[UsageField.Requests]);
        page.Sample(Metrics.ClientFailures, recorder.Total[UsageField.Failures]);
        page.Sample(Metrics.ClientsLeft, recorder.ClientsLeft.Value);
        foreach (var (name, application) in recorder.Applications.Entries)
        {
            page.Sample(Metrics.FrontendRequests, application.Requests.Value, name);
        }

        foreach (var (name, application) in recorder.Applications.Entries)
        {
            page.Sample(Metrics.FrontendDuration, application.Duration, name);
        }

        foreach (var (name, count) in recorder.Scenarios.Entries)
        {
            page.Sample(Metrics.ScenarioRequests, count.Value, name);
        }

        foreach (var source in Enum.GetValues<TokenCountSource>())
        {
            page.Sample(Metrics.RoutingCounts, recorder.RoutingTokens(source), RequestReport.Word(source));
        }

        page.Sample(Metrics.Overhead, recorder.Overhead);
        page.Sample(Metrics.ActiveRequests, recorder.ActiveRequests.Value);
        page.Sample(Metrics.ActiveStreams, recorder.ActiveStreams.Value);
        page.Sample(Metrics.PeakStreams, recorder.ActiveStreams.Peak);
        page.Sample(Metrics.Backpressure, recorder.Backpressure.Value);
        page.Sample(Metrics.RejectedStreams, recorder.RejectedStreams.Value);
    }

    private void WriteAffinity(IMetricSink page)
    {
        foreach (var (word, counter) in recorder.Affinity.Decisions)
        {
            page.Sample(Metrics.AffinityDecisions, counter.Value, word);
        }

        foreach (var (word, counter) in recorder.Affinity.Lookups)
        {
            page.Sample(Metrics.AffinityLookups, counter.Value, word);
        }

        page.Sample(Metrics.AffinitySessions, recorder.Affinity.Sessions);
    }

    private void WriteKeys(IMetricSink page)
    {
        foreach (var (reason, count) in keys?.All ?? [])
        {
            page.Sample(Metrics.KeyRefusals, count, reason);
        }
    }

    private void WriteRedis(IMetricSink page)
    {
        if (redis.IsUsed)
        {
            page.Sample(Metrics.RedisUp, redis.IsConnected ? 1 : 0);
            page.Sample(Metrics.RedisBuffered, redis.Buffered);
            page.Sample(Metrics.RedisSkipped, redis.Skipped.Value);
            page.Sample(Metrics.SpoolBytes, redis.SpoolBytes);
            page.Sample(Metrics.SpoolDropped, redis.SpoolDropped.Value);
        }
    }
}
