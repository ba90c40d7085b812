using System.Buffers;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Usage;

/// <summary>Puts all numbers of this process onto the page /metrics.</summary>
internal sealed class MetricsPage(UsageRecorder recorder, ITargetStates targets, InstanceIdentity identity, RedisState redis, TokenMetrics? tokens = null, KeyCounters? keys = null)
{
    /// <summary>Writes the whole page.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var page = new PrometheusWriter(output);
        WriteProcess(page);
        WriteTargets(page);
        WriteClients(page);
        WriteAffinity(page);
        tokens?.Write(page);
        WriteRedis(page);
        WriteKeys(page);
    }

    private void WriteProcess(PrometheusWriter page)
    {
        page.Sample(Metrics.BuildInfo, 1, InstanceIdentity.Version);
        page.Sample(Metrics.StartTime, identity.StartedAt.ToUnixTimeMilliseconds() / 1000.0);
        page.Sample(Metrics.CpuSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
        page.Sample(Metrics.ResidentMemory, Environment.WorkingSet);
    }

    private void WriteTargets(PrometheusWriter page)
    {
        TargetUsage[] all = [.. recorder.Targets.Entries.Select(t => t.Value).OrderBy(t => t.Name, StringComparer.Ordinal)];
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

        WriteHealth(page, targets.Snapshot());
    }

    private void WriteHealth(PrometheusWriter page, IReadOnlyList<TargetState> states)
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

    private static void WriteCounter(PrometheusWriter page, Metric metric, TargetUsage[] targets, UsageField field)
    {
        foreach (var target in targets)
        {
            page.Sample(metric, target.Counters[field], target.Name);
        }
    }

    private void WriteClients(PrometheusWriter page)
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
    }

    private void WriteAffinity(PrometheusWriter page)
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

    private void WriteKeys(PrometheusWriter page)
    {
        foreach (var (reason, count) in keys?.All ?? [])
        {
            page.Sample(Metrics.KeyRefusals, count, reason);
        }
    }

    private void WriteRedis(PrometheusWriter page)
    {
        if (redis.IsUsed)
        {
            page.Sample(Metrics.RedisUp, redis.IsConnected ? 1 : 0);
            page.Sample(Metrics.RedisBuffered, redis.Buffered);
            page.Sample(Metrics.RedisSkipped, redis.Skipped.Value);
        }
    }
}
