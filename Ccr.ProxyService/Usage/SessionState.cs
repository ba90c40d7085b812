namespace Ccr.ProxyService.Usage;

/// <summary>A session's numbers, or their growth.</summary>
/// <param name="Id">The session's name.</param>
/// <param name="Values">By <see cref="UsageField"/>, then by agent (<see cref="SessionCounters.Agents"/>).</param>
/// <param name="FirstMs">When its first request began, Unix milliseconds.</param>
/// <param name="LastMs">When its last request ended.</param>
/// <param name="Application">The client program.</param>
/// <param name="Target">The target that was asked last, "provider,model"; null when none was.</param>
internal sealed record SessionState(string Id, long[] Values, long FirstMs, long LastMs, string? Application, string? Target)
{
    /// <summary>The two added up, where <paramref name="later"/> came later.</summary>
    public SessionState Plus(SessionState later)
    {
        var values = new long[SessionCounters.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Values[i] + later.Values[i];
        }

        return new(Id, values, Math.Min(FirstMs, later.FirstMs), Math.Max(LastMs, later.LastMs), later.Application ?? Application, later.Target ?? Target);
    }
}
