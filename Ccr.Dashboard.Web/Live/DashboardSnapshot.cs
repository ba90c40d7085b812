using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>Everything the pages show, at one moment. Null is "not known", never zero.</summary>
internal sealed record DashboardSnapshot
{
    /// <summary>When this was put together.</summary>
    public DateTimeOffset At { get; init; }

    public SourceHealth Proxy { get; init; } = new("The proxy", SourceState.Waiting);

    public SourceHealth Redis { get; init; } = new("Redis", SourceState.Waiting);

    /// <summary>Where the proxy listens, without a slash at the end.</summary>
    public string ProxyAddress { get; init; } = "";

    /// <summary>The proxy's last word on itself; null before the first.</summary>
    public ProxyStatus? Status { get; init; }

    public Rate RequestRate { get; init; } = Rate.Unknown;

    public Rate TokenRate { get; init; } = Rate.Unknown;

    /// <summary>Requests being served, of all proxies.</summary>
    public long? ActiveRequests { get; init; }

    /// <summary>Of those: answers being streamed.</summary>
    public long? ActiveStreams { get; init; }

    /// <summary>Proxies that give signs of life in Redis; null without Redis.</summary>
    public int? Instances { get; init; }

    /// <summary>Counters since the beginning (Redis); null when there are none.</summary>
    public Counters? Total { get; init; }

    /// <summary>Finished requests: of all proxies since the beginning, or of this proxy since its start.</summary>
    public long? RequestsTotal { get; init; }

    public long? FailuresTotal { get; init; }

    /// <summary>Dollars spent, as far as prices are known.</summary>
    public decimal? CostTotal { get; init; }

    /// <summary>Requests whose cost is not, or not fully, in <see cref="CostTotal"/>.</summary>
    public long? UnpricedTotal { get; init; }

    /// <summary>True when the totals are those of all proxies since the beginning.</summary>
    public bool TotalsFromRedis { get; init; }

    public TokenizerCounters? Tokenizer { get; init; }

    public IReadOnlyDictionary<string, Counters> Series { get; init; } = new Dictionary<string, Counters>();

    public IReadOnlyList<MinuteCounters> Minutes { get; init; } = [];

    /// <summary>The last requests, newest first.</summary>
    public IReadOnlyList<RequestEntry> Requests { get; init; } = [];

    /// <summary>True when both sources said that no request was ever served (as opposed to: we do not know).</summary>
    public bool NothingServedYet => Requests.Count == 0 && (RequestsTotal ?? 0) == 0
        && (Proxy.State == SourceState.Reachable || Redis.State == SourceState.Reachable);

    /// <summary>Failed requests of all, 0 to 1; null when unknown or when there were none.</summary>
    public double? FailureShare => RequestsTotal > 0 && FailuresTotal is { } failures ? Math.Min(1, (double)failures / RequestsTotal.Value) : null;
}
