namespace Ccr.Dashboard.Web.Sources;

/// <summary>
/// Follows the stream of finished requests: each look asks for what came since the last entry seen (that one included, so that a
/// stream that was emptied or trimmed past it is noticed and read anew).
/// </summary>
internal sealed class RecentRequests
{
    /// <summary>Requests kept and shown.</summary>
    public const int Capacity = 200;

    private string? _lastId;

    /// <summary>Newest first. A new list object for every change.</summary>
    public IReadOnlyList<RequestEntry> Entries { get; private set; } = [];

    /// <summary>The lower end for the next XREVRANGE: the last identity seen, or "-" for all.</summary>
    public string From => _lastId ?? "-";

    /// <summary>Takes the answer to XREVRANGE + <see cref="From"/> COUNT <see cref="Capacity"/>. False: the thread was lost, ask again.</summary>
    public bool Take(IReadOnlyList<KeyValuePair<string, string?>> newestFirst)
    {
        if (_lastId is null)
        {
            Entries = Parse(newestFirst);
        }
        else if (newestFirst.Count > 0 && newestFirst[^1].Key == _lastId)
        {
            if (newestFirst.Count > 1)
            {
                Entries = [.. Parse(newestFirst.Take(newestFirst.Count - 1)).Concat(Entries).Take(Capacity)];
            }
        }
        else
        {
            _lastId = null;
            return false;
        }

        _lastId = newestFirst.Count > 0 ? newestFirst[0].Key : null;
        return true;
    }

    private static RequestEntry[] Parse(IEnumerable<KeyValuePair<string, string?>> entries) =>
        [.. entries.Select(e => DashboardJson.TryReadRequest(e.Value)).OfType<RequestEntry>()];
}
