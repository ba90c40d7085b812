namespace Ccr.ProxyService.Routing;

/// <summary>How many tokens the last answer of a session had read, cached ones included: the long-context rule goes by it too.</summary>
internal sealed class SessionUsage(TimeProvider time)
{
    private const int Sessions = 10_000;

    private readonly LruCache<long> _last = new(Sessions, TimeSpan.FromHours(4), time);

    /// <summary>Notes the input of an answer; one without a count leaves what was known.</summary>
    public void Note(string session, long inputTokens)
    {
        if (inputTokens > 0)
        {
            _last.Set(session, inputTokens);
        }
    }

    /// <summary>The input of the session's last answer; 0 when nothing is known.</summary>
    public long Last(string session) => _last.TryGet(session, out var tokens) ? tokens : 0;
}
