using System.Globalization;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Finds finished requests: those of all replicas while Redis answers within half a second, else those of this process. A page's end is told as a place in the list it came
/// from, so that requests which come in meanwhile neither repeat nor hide any.
/// </summary>
internal sealed class RequestFinder(UsageRecorder recorder, SharedRequests shared, RedisState state, InstanceIdentity identity, TimeProvider time)
{
    private const string Redis = "redis";
    private const string Memory = "memory";

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    // A place in this process's list means nothing to another one.
    private readonly string _place = $"{Memory}-{identity.Name[^Math.Min(8, identity.Name.Length)..]}-";

    /// <summary>A page; or why there is none, with the HTTP status of that.</summary>
    public async Task<(RequestList? Page, int Status, string? Error)> FindAsync(RequestQuery query, CancellationToken cancellationToken)
    {
        if (query.Before is { } place && place.StartsWith(Memory + "-", StringComparison.Ordinal))
        {
            return place.StartsWith(_place, StringComparison.Ordinal) && long.TryParse(place.AsSpan(_place.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (InMemory(query, number), 200, null)
                : (null, 400, $"before is \"{place}\", a place in the list of another process, or of this one before it was restarted: begin again without it.");
        }

        var isEntry = query.Before is { } entry && SharedRequests.IsEntry(entry);
        if (state.IsConnected && await TryAsync(query, isEntry, cancellationToken).ConfigureAwait(false) is { } answer)
        {
            return answer;
        }

        if (isEntry)
        {
            return (null, 503, $"before is \"{query.Before}\", a place in the list that all replicas share, and Redis does not answer: ask again, or without it for the requests of this process.");
        }

        if (query.Before is null)
        {
            return (InMemory(query, long.MaxValue), 200, null);
        }

        var records = recorder.Recent.Read(0, int.MaxValue, out var last);
        var at = records.FindLastIndex(r => r.RequestId == query.Before);
        return at < 0 ? (null, 400, Unknown(query.Before)) : (InMemory(query, last - records.Count + 1 + at), 200, null);
    }

    /// <summary>The request of that id; null when it is not among the last ones.</summary>
    public async Task<RequestReport?> FindAsync(string id, CancellationToken cancellationToken)
    {
        // Newest first: a client may give two requests the same id.
        if (recorder.Recent.Read(0, int.MaxValue, out _).FindLast(r => r.RequestId == id) is { } own)
        {
            return RequestReport.From(own);
        }

        return state.IsConnected && await SharedAsync(null, 1, r => r.Id == id, cancellationToken).ConfigureAwait(false) is [var (_, found), ..] ? found : null;
    }

    private static string Unknown(string before) =>
        $"before is \"{before}\", which is neither the \"next\" of a page nor the id of one of the last requests: begin again without it.";

    private async Task<(RequestList? Page, int Status, string? Error)?> TryAsync(RequestQuery query, bool isEntry, CancellationToken cancellationToken)
    {
        var before = query.Before;
        if (before is not null && !isEntry)
        {
            switch (await SharedAsync(null, 1, r => r.Id == query.Before, cancellationToken).ConfigureAwait(false))
            {
                case null:
                    return null;
                case []:
                    return (null, 400, Unknown(before));
                case [var (entry, _), ..]:
                    before = entry;
                    break;
            }
        }

        // One more than asked for: then there is a next page.
        return await SharedAsync(before, query.Limit + 1, query.Fits, cancellationToken).ConfigureAwait(false) is not { } found ? null
            : found.Count <= query.Limit ? (new([.. found.Select(f => f.Request)], null, Redis), 200, null)
            : (new([.. found.Take(query.Limit).Select(f => f.Request)], found[query.Limit - 1].Entry, Redis), 200, null);
    }

    private async Task<List<(string Entry, RequestReport Request)>?> SharedAsync(string? before, int count, Func<RequestReport, bool> fits, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            // Not on this thread: the first use of the connection may block. The client has no time limit of its own.
            return await Task.Run(() => shared.ReadAsync(before, count, fits, stop.Token), stop.Token).WaitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private RequestList InMemory(RequestQuery query, long before)
    {
        var records = recorder.Recent.Read(0, int.MaxValue, out var last);
        var page = new List<RequestReport>();
        var number = last;
        long end = 0;
        for (var i = records.Count - 1; i >= 0; i--, number--)
        {
            if (number >= before || RequestReport.From(records[i]) is not { } request || !query.Fits(request))
            {
                continue;
            }

            if (page.Count == query.Limit)
            {
                return new(page, string.Create(CultureInfo.InvariantCulture, $"{_place}{end}"), Memory);
            }

            page.Add(request);
            end = number;
        }

        return new(page, null, Memory);
    }
}
