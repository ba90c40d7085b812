namespace Ccr.ProxyService.Usage;

/// <summary>Answers questions to /api/usage.</summary>
internal sealed class UsageQueries(UsageStores stores, TimeProvider time)
{
    /// <summary>Hashes read for one answer. Redis reads about as many in 100 ms.</summary>
    public const int MostReads = 40_000;

    /// <summary>The answer.</summary>
    /// <exception cref="TooManyCountersException">The buckets are too many.</exception>
    public Task<UsageAnswer> AnswerAsync(UsageQuestion question, CancellationToken cancellationToken) =>
        stores.AskAsync(store => question.IsOfSessions ? SessionsAsync(store, question) : AnswerAsync(store, question), cancellationToken);

    private async Task<UsageAnswer> AnswerAsync(IUsageStore store, UsageQuestion question)
    {
        var series = question.GroupBy == UsageGroups.Total ? [question.Prefix] : await store.SeriesAsync(question.Prefix).ConfigureAwait(false);
        var least = question.Interval ?? Granularity.Minute;
        var range = UsageRange.Of(question.From, question.To, time.GetUtcNow(), least);
        while (range.Slices is { } slices && (long)slices.Count * series.Count > MostReads && least < Granularity.Day)
        {
            // Coarser ends: fewer slices, and the answer says what it covers.
            range = UsageRange.Of(question.From, question.To, time.GetUtcNow(), ++least);
        }

        var rows = await RowsAsync(store, question, series, range.Slices).ConfigureAwait(false);
        IReadOnlyList<UsageRow>? buckets = question.Interval is { } interval ? await BucketsAsync(store, question, rows, range.Every(interval)).ConfigureAwait(false) : null;
        return Answer(store, question, range, rows, buckets);
    }

    private async Task<UsageAnswer> SessionsAsync(IUsageStore store, UsageQuestion question)
    {
        var ids = await store.SessionsAsync(question.From?.ToUnixTimeMilliseconds() ?? 0).ConfigureAwait(false);
        var rows = await RowsAsync(store, question, [.. ids.Select(id => question.Prefix + id)], null).ConfigureAwait(false);
        return Answer(store, question, new(question.From, time.GetUtcNow(), null), rows, null);
    }

    private static async Task<IReadOnlyList<UsageRow>> RowsAsync(IUsageStore store, UsageQuestion question, IReadOnlyList<string> series, IReadOnlyList<UsageSlice>? slices)
    {
        List<UsageAddress> addresses = new(series.Count * (slices?.Count ?? 1));
        foreach (var name in series)
        {
            if (slices is null)
            {
                addresses.Add(new(name, null));
                continue;
            }

            foreach (var slice in slices)
            {
                addresses.Add(new(name, slice));
            }
        }

        var values = await store.ReadAsync(addresses).ConfigureAwait(false);
        Dictionary<string, long[]> sums = new(StringComparer.Ordinal);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                var name = addresses[i].Series;
                var sum = sums.TryGetValue(name, out var known) ? known : sums[name] = new long[UsageCounters.Count];
                for (var field = 0; field < sum.Length; field++)
                {
                    sum[field] += value[field];
                }
            }
        }

        return
        [
            .. sums.Select(s => UsageRow.Of(GroupOf(question, s.Key), s.Value))
                .OrderByDescending(r => r.CostUsd ?? 0).ThenByDescending(r => r.Requests).ThenBy(r => r.Group, StringComparer.Ordinal)
                .Take(question.Limit),
        ];
    }

    private static async Task<IReadOnlyList<UsageRow>> BucketsAsync(IUsageStore store, UsageQuestion question, IReadOnlyList<UsageRow> rows, IReadOnlyList<UsageSlice> slices)
    {
        var count = (long)rows.Count * slices.Count;
        if (count > MostReads)
        {
            throw new TooManyCountersException(count);
        }

        List<UsageAddress> addresses = new((int)count);
        List<string> groups = new((int)count);
        foreach (var slice in slices)
        {
            foreach (var row in rows)
            {
                addresses.Add(new(question.GroupBy == UsageGroups.Total ? question.Prefix : question.Prefix + row.Group, slice));
                groups.Add(row.Group);
            }
        }

        var values = await store.ReadAsync(addresses).ConfigureAwait(false);
        List<UsageRow> buckets = [];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                buckets.Add(UsageRow.Of(groups[i], value, addresses[i].Slice!.Value.Start));
            }
        }

        return buckets;
    }

    private static string GroupOf(UsageQuestion question, string series) => question.GroupBy == UsageGroups.Total ? series : series[question.Prefix.Length..];

    private static UsageAnswer Answer(IUsageStore store, UsageQuestion question, UsageRange range, IReadOnlyList<UsageRow> rows, IReadOnlyList<UsageRow>? buckets)
    {
        var interval = question.Interval switch
        {
            Granularity.Minute => "minute",
            Granularity.Hour => "hour",
            Granularity.Day => "day",
            _ => null,
        };
        return new(question.GroupBy, range.From?.UtcDateTime, range.To.UtcDateTime, interval, store.Source, rows, buckets);
    }
}
