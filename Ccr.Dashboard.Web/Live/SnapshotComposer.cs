using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>
/// Puts the two sources together. Redis knows all proxies and all time; the proxy knows itself and now. Where Redis has the
/// number it is taken, else the proxy's own.
/// </summary>
internal sealed class SnapshotComposer(Uri proxyAddress, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly RateWindow _requests = new();
    private readonly RateWindow _tokens = new();
    private long _looks;
    private bool? _ratesOfRedis;

    /// <summary>The snapshot of this moment. Feeds the rate windows: call it once a round.</summary>
    public DashboardSnapshot Compose(SourceReading<ProxySample> proxy, SourceReading<RedisSample> redis)
    {
        var status = proxy.Last?.Status;
        var sample = redis.Last;
        var redisCounts = sample?.Total is not null;
        Feed(proxy, redis);
        var now = time.GetElapsedTime(_start).TotalSeconds;
        var (activeRequests, activeStreams) = Active(status, redis);
        return new DashboardSnapshot
        {
            At = time.GetUtcNow(),
            Proxy = proxy.Health,
            Redis = redis.Health,
            ProxyAddress = proxyAddress.ToString().TrimEnd('/'),
            Status = status,
            RequestRate = Rate.From(_requests, now),
            TokenRate = Rate.From(_tokens, now),
            ActiveRequests = activeRequests,
            ActiveStreams = activeStreams,
            Instances = sample?.Instances.Count,
            Total = sample?.Total,
            RequestsTotal = redisCounts ? sample!.Total!.Requests : status?.RequestsTotal,
            FailuresTotal = redisCounts ? sample!.Total!.Failures : status?.FailuresTotal,
            CostTotal = redisCounts ? sample!.Total!.Cost : status?.CostUsdTotal,
            UnpricedTotal = redisCounts ? sample!.Total!.UnpricedRequests : status?.UnpricedRequestsTotal,
            TotalsFromRedis = redisCounts,
            Tokenizer = sample?.Tokenizer,
            Series = sample?.Series ?? new Dictionary<string, Counters>(),
            Minutes = sample?.Minutes ?? [],
            Requests = Requests(proxy, redis),
        };
    }

    /// <summary>The stream in Redis, unless it holds nothing or Redis is gone while the proxy answers.</summary>
    private static IReadOnlyList<RequestEntry> Requests(SourceReading<ProxySample> proxy, SourceReading<RedisSample> redis)
    {
        var own = proxy.Last?.Requests ?? [];
        var shared = redis.Last?.Requests ?? [];
        var redisGone = !redis.IsReachable && proxy.IsReachable;
        return shared.Count == 0 || (redisGone && own.Count > 0) ? own : shared;
    }

    /// <summary>With several proxies their sum from Redis; with one its own word, which is fresher.</summary>
    private static (long? Requests, long? Streams) Active(ProxyStatus? status, SourceReading<RedisSample> redis)
    {
        var instances = redis.IsReachable ? redis.Last?.Instances ?? [] : [];
        return instances.Count > 1 && instances.All(i => i.ActiveRequests is not null && i.ActiveStreams is not null)
            ? (instances.Sum(i => i.ActiveRequests), instances.Sum(i => i.ActiveStreams))
            : (status?.ActiveRequests, status?.ActiveStreams);
    }

    private void Feed(SourceReading<ProxySample> proxy, SourceReading<RedisSample> redis)
    {
        // A total that does not exist is zero, if the proxy does write there.
        var ofRedis = redis.IsReachable && (redis.Last?.Total is not null || proxy.Last?.Status.Redis?.State == "connected");
        if (_ratesOfRedis is { } before && before != ofRedis)
        {
            // The two count different things; their difference is no rate.
            _requests.Reset();
            _tokens.Reset();
            _looks = 0;
        }

        _ratesOfRedis = ofRedis;
        var looks = ofRedis ? redis.Looks : proxy.Looks;
        if (looks == _looks)
        {
            return;
        }

        _looks = looks;
        var at = time.GetElapsedTime(_start).TotalSeconds;
        if (ofRedis)
        {
            var total = redis.Last?.Total ?? new Counters();
            _requests.Add(at, total.Requests);
            _tokens.Add(at, total.InputTokens + total.OutputTokens);
        }
        else if (proxy.Last?.Status.RequestsTotal is { } requests)
        {
            _requests.Add(at, requests);
        }
    }
}
