using System.Collections.Frozen;

namespace Ccr.ProxyService.Keys;

/// <summary>All keys in memory, found by digest without a lock; replaced as a whole when the store has changed.</summary>
internal sealed class KeyRing
{
    private volatile Content? _content;

    /// <summary>False until the store was read for the first time: until then nobody knows which keys there are.</summary>
    public bool IsLoaded => _content is not null;

    /// <summary>All keys, by name.</summary>
    public IReadOnlyList<VirtualKey> All => _content?.All ?? [];

    /// <summary>The key of that digest; null when there is none.</summary>
    public VirtualKey? Find(in KeyDigest digest) => _content is { } content && content.ByDigest.TryGetValue(digest, out var key) ? key : null;

    /// <summary>The key of that id; null when there is none.</summary>
    public VirtualKey? Find(string id) => _content?.ById.GetValueOrDefault(id);

    /// <summary>Puts other keys in the place of those there are. One whose digest is none is left out: it could never be sent.</summary>
    public void Replace(IReadOnlyList<VirtualKey> keys)
    {
        var byDigest = new Dictionary<KeyDigest, VirtualKey>(keys.Count);
        var byId = new Dictionary<string, VirtualKey>(keys.Count, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (KeyDigest.TryParse(key.Digest, out var digest))
            {
                byDigest[digest] = key;
                byId[key.Id] = key;
            }
        }

        _content = new([.. byId.Values.OrderBy(k => k.Name, StringComparer.OrdinalIgnoreCase)], byDigest.ToFrozenDictionary(), byId.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private sealed record Content(IReadOnlyList<VirtualKey> All, FrozenDictionary<KeyDigest, VirtualKey> ByDigest, FrozenDictionary<string, VirtualKey> ById);
}
