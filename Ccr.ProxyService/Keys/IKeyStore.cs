namespace Ccr.ProxyService.Keys;

/// <summary>Where keys are kept.</summary>
internal interface IKeyStore
{
    /// <summary>The most keys there may be: all of them are in the memory of every replica.</summary>
    const int MostKeys = 10_000;

    /// <summary>All keys as they are stored now.</summary>
    /// <exception cref="KeyStoreException">They cannot be read.</exception>
    Task<IReadOnlyList<VirtualKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores <paramref name="after"/> in the place of <paramref name="before"/>, null for a new or a deleted one; false, and nothing is changed, when what is stored is no longer
    /// <paramref name="before"/>, or when a name would be taken twice.
    /// </summary>
    /// <exception cref="KeyStoreException">It cannot be stored.</exception>
    Task<bool> TryReplaceAsync(VirtualKey? before, VirtualKey? after, CancellationToken cancellationToken);

    /// <summary>Looks whether anything has changed, where that was not done a moment ago. Never throws for the store, and returns soon: whoever sends keys that nobody knows must not keep it busy.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);
}
