namespace Ccr.ProxyService.Usage;

/// <summary>Answers questions to /api/sessions.</summary>
internal sealed class SessionQueries(UsageStores stores)
{
    /// <summary>A page of the sessions, newest first.</summary>
    /// <param name="application">Only those of that client program; null for all.</param>
    /// <param name="offset">How many are left out before the page.</param>
    /// <param name="limit">Most entries.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<SessionList> ListAsync(string? application, int offset, int limit, CancellationToken cancellationToken) =>
        stores.AskAsync(store => ListAsync(store, application, offset, limit), cancellationToken);

    private static async Task<SessionList> ListAsync(IUsageStore store, string? application, int offset, int limit)
    {
        var ids = await store.SessionsAsync(0).ConfigureAwait(false);
        if (application is not null)
        {
            var applications = await store.ApplicationsAsync(ids).ConfigureAwait(false);
            ids = [.. ids.Where((_, i) => string.Equals(applications[i], application, StringComparison.OrdinalIgnoreCase))];
        }

        var sessions = await store.ReadSessionsAsync([.. ids.Skip(offset).Take(limit)]).ConfigureAwait(false);
        return new(
            ids.Count,
            store.Source,
            [.. sessions.Where(s => s is not null).Select(s => SessionList.Entry.Of(s!))],
            offset + (long)limit < ids.Count ? offset + limit : null);
    }
}
