namespace Ccr.ProxyService.Usage;

/// <summary>Every metric that /metrics shows. docs/metrics.md lists the same ones; a test compares the two.</summary>
internal static class Metrics
{
    // The semantic conventions for generative AI: the labels that all of their metrics have.
    private static readonly string[] GenAiLabels = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_response_model"];

    public static readonly Metric BuildInfo = new("ccr_build_info", "gauge", "Always 1; the version is in the label.", "version");
    public static readonly Metric StartTime = new("process_start_time_seconds", "gauge", "When the process started, Unix seconds.");
    public static readonly Metric CpuSeconds = new("process_cpu_seconds_total", "counter", "Processor time used, user and system.");
    public static readonly Metric ResidentMemory = new("process_resident_memory_bytes", "gauge", "Resident memory.");

    public static readonly Metric Requests = new("ccr_requests_total", "counter", "Answers that a target gave in full.", "tier");
    public static readonly Metric Failures = new("ccr_failures_total", "counter", "Tries that failed; tier is none when no target was tried.", "tier", "reason");
    public static readonly Metric InputTokens = new("ccr_input_tokens_total", "counter", "Input tokens as providers reported them, cached ones included.", "tier");
    public static readonly Metric OutputTokens = new("ccr_output_tokens_total", "counter", "Output tokens as providers reported them, reasoning included.", "tier");
    public static readonly Metric CacheReadTokens = new("ccr_cache_read_tokens_total", "counter", "Input tokens read from a provider's prompt cache.", "tier");
    public static readonly Metric CacheCreationTokens = new("ccr_cache_creation_tokens_total", "counter", "Input tokens written to a provider's prompt cache.", "tier");
    public static readonly Metric ReasoningTokens = new("ccr_reasoning_tokens_total", "counter", "Output tokens spent on reasoning.", "tier");
    public static readonly Metric CostUsd = new("ccr_cost_usd_total", "counter", "Dollars spent, as far as prices are known.", "tier");
    public static readonly Metric UnpricedRequests = new("ccr_unpriced_requests_total", "counter", "Tries whose cost is not known.", "tier");
    public static readonly Metric RequestDuration = new("ccr_request_duration_seconds", "histogram", "From sending a request to a target to the end of its answer.", "tier");
    public static readonly Metric FirstContent = new("ccr_ttft_seconds", "histogram", "From the client's request line to the first content of the answer.", "tier");
    public static readonly Metric TokensPerSecond = new("ccr_output_tokens_per_second", "histogram", "Output tokens per second after the first content, streams only.", "tier");
    public static readonly Metric TierLatency = new("ccr_tier_ewma_latency_seconds", "gauge", "Smoothed time to first content.", "tier");
    public static readonly Metric BreakerState = new("ccr_breaker_state", "gauge", "0 closed, 1 half-open, 2 open.", "tier");
    public static readonly Metric RateLimitHits = new("ccr_rate_limit_hits_total", "counter", "Answers of 429.", "tier");
    public static readonly Metric RateLimitBackoffs = new("ccr_rate_limit_backoffs_total", "counter", "Times that a key began to rest for a rate limit, said by a 429 or by headers.", "tier");
    public static readonly Metric Refusals = new("ccr_target_refusals_total", "counter", "Times that a target was not asked: open, cooling, limit or busy.", "tier", "reason");
    public static readonly Metric QueueLength = new("ccr_queue_length", "gauge", "Calls that wait for a place at a provider.", "provider");
    public static readonly Metric ProviderActive = new("ccr_provider_active", "gauge", "Calls under way at a provider.", "provider");

    public static readonly Metric ClientRequests = new("ccr_client_requests_total", "counter", "Finished requests of clients, whatever became of them.");
    public static readonly Metric ClientFailures = new("ccr_client_failures_total", "counter", "Requests whose client got no complete answer.");
    public static readonly Metric ClientsLeft = new("ccr_client_disconnects_total", "counter", "Requests whose client left before the end; not counted as failures.");
    public static readonly Metric FrontendRequests = new("ccr_frontend_requests_total", "counter", "Finished requests by client program.", "frontend");
    public static readonly Metric FrontendDuration = new("ccr_frontend_request_duration_seconds", "histogram", "From the request line to the last byte, by client program.", "frontend");
    public static readonly Metric ScenarioRequests = new("ccr_scenario_requests_total", "counter", "Finished requests by routing scenario.", "scenario");
    public static readonly Metric RoutingCounts = new("ccr_routing_token_counts_total", "counter", "Requests whose tokens were counted for routing, by where the count came from.", "source");
    public static readonly Metric Overhead = new("ccr_proxy_overhead_seconds", "histogram", "Time of a request that was not spent waiting for a provider.");
    public static readonly Metric ActiveRequests = new("ccr_active_requests", "gauge", "Requests in work.");
    public static readonly Metric ActiveStreams = new("ccr_active_streams", "gauge", "Answers being streamed to clients.");
    public static readonly Metric PeakStreams = new("ccr_peak_active_streams", "gauge", "The most answers that were streamed at once since the start.");

    public static readonly Metric Backpressure = new("ccr_stream_backpressure_total", "counter", "Writes that had to wait because the client read more slowly than the answer came.");
    public static readonly Metric RejectedStreams = new("ccr_rejected_streams_total", "counter", "Streams that no target was asked for, because a limit of the configuration left no place.");

    public static readonly Metric GenAiTokens = new("gen_ai_client_token_usage", "histogram", "Tokens of each call to a provider.", [.. GenAiLabels, "gen_ai_token_type"]);
    public static readonly Metric GenAiCalls = new("gen_ai_client_operation_duration_seconds", "histogram", "Each call to a provider, from sending to its end.", [.. GenAiLabels, "error_type"]);
    public static readonly Metric GenAiRequests = new("gen_ai_server_request_duration_seconds", "histogram", "Each request of a client, from its request line to the last byte.", [.. GenAiLabels, "error_type"]);
    public static readonly Metric GenAiFirstToken = new("gen_ai_server_time_to_first_token_seconds", "histogram", "From the request line to the first content of a stream.", GenAiLabels);
    public static readonly Metric GenAiPerToken = new("gen_ai_server_time_per_output_token_seconds", "histogram", "Time of each output token after the first content of a stream.", GenAiLabels);

    public static readonly Metric AffinityDecisions = new("ccr_affinity_decisions_total", "counter", "Requests by what became of their session's place; moved counts answers that came from elsewhere.", "decision");
    public static readonly Metric AffinityLookups = new("ccr_affinity_lookups_total", "counter", "Questions to other replicas about sessions that are new here.", "outcome");
    public static readonly Metric AffinitySessions = new("ccr_affinity_sessions", "gauge", "Sessions whose target is remembered here.");

    public static readonly Metric DriftPercent = new("ccr_token_drift_pct", "gauge", "Tokens counted here less those that the provider reported, in percent of the latter, all compared requests together.", "tier");
    public static readonly Metric DriftAbsolute = new("ccr_token_drift_absolute", "gauge", "Tokens counted here less those that the provider reported, all compared requests together.", "tier");
    public static readonly Metric DriftAlerts = new("ccr_token_drift_alerts_total", "counter", "Compared requests whose counts differed by 10 % (warning) or 25 % (critical) and more.", "tier", "severity");
    public static readonly Metric Calibration = new("ccr_token_calibration", "gauge", "The factor on counts that was learned from what the provider reports.", "tier");
    public static readonly Metric PreRequestTokens = new("ccr_pre_request_tokens_total", "counter", "Tokens counted here in the requests that were counted, by part.", "tier", "component");
    public static readonly Metric PreRequestSizes = new("ccr_pre_request_tokens", "histogram", "Tokens counted here in each request that was counted.", "tier");
    public static readonly Metric CountAnswers = new("ccr_count_tokens_total", "counter", "Answers to count_tokens, by who counted.", "source");
    public static readonly Metric SamplesSkipped = new("ccr_token_samples_skipped_total", "counter", "Requests that were not counted for the comparison, to keep its work small.");

    public static readonly Metric RedisUp = new("ccr_redis_up", "gauge", "1 when the last write to Redis was confirmed. Only with a Redis.");
    public static readonly Metric RedisBuffered = new("ccr_redis_buffered", "gauge", "Finished requests whose counts Redis has not confirmed yet. Only with a Redis.");
    public static readonly Metric RedisSkipped = new("ccr_redis_recent_skipped_total", "counter", "Requests left out of the shared list of recent requests because there were too many newer ones. Only with a Redis.");
    public static readonly Metric SpoolBytes = new("ccr_usage_spool_bytes", "gauge", "Size of the file with the counts that Redis has not confirmed; 0 when it has all. Only with a Redis.");
    public static readonly Metric SpoolDropped = new("ccr_usage_spool_dropped_total", "counter", "Series and sessions that the file of unconfirmed counts had no room for, each time it was written. Only with a Redis.");

    public static readonly Metric KeyRefusals = new("ccr_key_refusals_total", "counter", "Requests that were not served because of their key, by why.", "reason");

    /// <summary>All of them, in the order of the page.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        BuildInfo, StartTime, CpuSeconds, ResidentMemory,
        Requests, Failures, InputTokens, OutputTokens, CacheReadTokens, CacheCreationTokens, ReasoningTokens,
        CostUsd, UnpricedRequests,
        RequestDuration, FirstContent, TokensPerSecond, TierLatency,
        BreakerState, RateLimitHits, RateLimitBackoffs, Refusals, QueueLength, ProviderActive,
        ClientRequests, ClientFailures, ClientsLeft, FrontendRequests, FrontendDuration, ScenarioRequests, RoutingCounts,
        Overhead, ActiveRequests, ActiveStreams, PeakStreams, Backpressure, RejectedStreams,
        GenAiTokens, GenAiCalls, GenAiRequests, GenAiFirstToken, GenAiPerToken,
        AffinityDecisions, AffinityLookups, AffinitySessions,
        DriftPercent, DriftAbsolute, DriftAlerts, Calibration, PreRequestTokens, PreRequestSizes, CountAnswers, SamplesSkipped,
        RedisUp, RedisBuffered, RedisSkipped, SpoolBytes, SpoolDropped,
        KeyRefusals,
    ];
}
