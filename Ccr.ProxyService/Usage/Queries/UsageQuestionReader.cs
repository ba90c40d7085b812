namespace Ccr.ProxyService.Usage;

/// <summary>Reads a question to /api/usage.</summary>
internal static class UsageQuestionReader
{
    private const int MostRows = 1000;

    /// <summary>The question; null when <paramref name="query"/> has a problem.</summary>
    public static UsageQuestion? Read(ApiQuestion query, DateTimeOffset now)
    {
        var group = query.Word("group_by", [.. UsageGroups.Prefixes.Keys]) ?? UsageGroups.Total;
        var interval = query.Word("interval", "minute", "hour", "day") switch
        {
            "minute" => Granularity.Minute,
            "hour" => Granularity.Hour,
            "day" => Granularity.Day,
            _ => (Granularity?)null,
        };
        var (from, to) = (query.Time("from"), query.Time("to"));
        var limit = query.Integer("limit", 1, MostRows, 100);
        if (from >= now)
        {
            query.Complain("from", query.Text("from")!, "must be in the past");
        }

        if (from >= to)
        {
            query.Complain("to", query.Text("to")!, "must be after from");
        }

        if (group == UsageGroups.Session && (interval is not null || to is not null))
        {
            var name = interval is not null ? "interval" : "to";
            query.Complain(name, query.Text(name)!, "sessions have no counters by time; leave it out, or group by something else");
        }

        if (interval is { } span)
        {
            from ??= span.Floor(now) - span.Retention() + span.Length();
            if (now - from >= span.Retention())
            {
                query.Complain("interval", query.Text("interval")!, $"these are kept for {(span == Granularity.Minute ? "25 hours" : span == Granularity.Hour ? "35 days" : "400 days")}; ask for a later from or a longer interval");
            }

            if (from >= to)
            {
                query.Complain("to", query.Text("to")!, "lies before what is kept for this interval; ask for a longer interval");
            }
        }

        return query.Problem is null ? new(group, UsageGroups.Prefixes[group], from, to, interval, limit) : null;
    }
}
