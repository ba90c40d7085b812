namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>What the replicas tell one another of sessions.</summary>
internal interface ISharedBindings
{
    /// <summary>Asks the others; completes at once when no answer is to be expected, and within a few milliseconds otherwise. Null when nobody knows.</summary>
    ValueTask<AffinityBinding?> FindAsync(SessionKey key, CancellationToken cancellationToken);

    /// <summary>Tells the others, a moment later.</summary>
    /// <param name="key">The session.</param>
    /// <param name="binding">Where it is now; null when it is to be forgotten.</param>
    /// <param name="ttl">How long that is kept.</param>
    /// <param name="moved">True when they may believe otherwise.</param>
    void Put(SessionKey key, AffinityBinding? binding, TimeSpan ttl, bool moved);
}
