namespace Ccr.ProxyService.Usage;

/// <summary>The last finished requests, numbered from 1; the oldest make room.</summary>
internal sealed class RecentRequests(int capacity)
{
    private readonly RequestRecord[] _ring = new RequestRecord[capacity];
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>Keeps one more.</summary>
    public void Add(RequestRecord record)
    {
        // Held for two stores; a reader copies at most the ring's references under it.
        lock (_lock)
        {
            _ring[_last++ % capacity] = record;
        }
    }

    /// <summary>
    /// The requests after number <paramref name="after"/> that are still kept, oldest first, at most <paramref name="limit"/> of the newest.
    /// <paramref name="last"/> is the number of the newest, so that <c>last - after - Count</c> is how many were missed.
    /// </summary>
    public List<RequestRecord> Read(long after, int limit, out long last)
    {
        lock (_lock)
        {
            last = _last;
            var count = (int)Math.Min(Math.Min(limit, capacity), _last - after);
            var records = new List<RequestRecord>(count);
            for (var number = _last - count; number < _last; number++)
            {
                records.Add(_ring[number % capacity]);
            }

            return records;
        }
    }
}
