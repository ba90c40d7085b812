using System.Text.Json;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Keys;

/// <summary>Makes, shows, changes and deletes keys: behind /api/keys and behind the command line alike.</summary>
/// <param name="store">Where keys are kept.</param>
/// <param name="books">Reads what keys spent, by id.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyAdmin(IKeyStore store, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyDictionary<string, Ledger>>> books, TimeProvider time)
{
    // Changes are rare: one that meets others so often has met something else.
    private const int Tries = 5;

    /// <summary>All keys, by name.</summary>
    public async Task<KeyListReport> ListAsync(CancellationToken cancellationToken)
    {
        var keys = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        var spent = await books([.. keys.Select(static k => k.Id)], cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        return new([.. keys.OrderBy(static k => k.Name, StringComparer.OrdinalIgnoreCase).Select(k => KeyReport.Of(k, spent.GetValueOrDefault(k.Id), now))]);
    }

    /// <summary>One key, by id or name.</summary>
    public async Task<KeyReport> ShowAsync(string id, CancellationToken cancellationToken)
    {
        var key = Find(await store.ReadAsync(cancellationToken).ConfigureAwait(false), id);
        return await ReportAsync(key, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a key; the report holds it, this once.</summary>
    public async Task<KeyReport> CreateAsync(JsonElement wanted, CancellationToken cancellationToken)
    {
        var secret = KeySecret.Create();
        var fresh = new VirtualKey { Id = KeySecret.CreateId(), Name = "", Digest = KeyDigest.Of(secret).ToString(), Last4 = secret[^4..], Created = Now() };
        var key = KeyChange.Apply(fresh, wanted, time.GetUtcNow());
        if (key.Name.Length == 0)
        {
            throw new KeyInputException(StatusCodes.Status400BadRequest, "name is missing: say what the key is called");
        }

        for (var i = 0; i < Tries; i++)
        {
            var keys = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (keys.Count >= IKeyStore.MostKeys)
            {
                throw new KeyInputException(StatusCodes.Status409Conflict, $"there are {IKeyStore.MostKeys} keys already, which is the most; delete some");
            }

            CheckName(keys, key);
            if (await store.TryReplaceAsync(null, key, cancellationToken).ConfigureAwait(false))
            {
                return await ReportAsync(key, secret, cancellationToken).ConfigureAwait(false);
            }
        }

        throw Met();
    }

    /// <summary>Changes a key.</summary>
    public Task<KeyReport> UpdateAsync(string id, JsonElement change, CancellationToken cancellationToken) =>
        ReplaceAsync(id, key => KeyChange.Apply(key, change, time.GetUtcNow()), null, cancellationToken);

    /// <summary>Puts a new key in the place of the old one, which is refused from now on; name, limits and books stay. The report holds it, this once.</summary>
    public Task<KeyReport> RotateAsync(string id, CancellationToken cancellationToken)
    {
        var secret = KeySecret.Create();
        return ReplaceAsync(id, key => key with { Digest = KeyDigest.Of(secret).ToString(), Last4 = secret[^4..], Rotated = Now() }, secret, cancellationToken);
    }

    /// <summary>Deletes a key.</summary>
    public async Task<KeyReport> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Tries; i++)
        {
            var key = Find(await store.ReadAsync(cancellationToken).ConfigureAwait(false), id);
            if (await store.TryReplaceAsync(key, null, cancellationToken).ConfigureAwait(false))
            {
                return KeyReport.Of(key, null, time.GetUtcNow());
            }
        }

        throw Met();
    }

    private async Task<KeyReport> ReplaceAsync(string id, Func<VirtualKey, VirtualKey> change, string? secret, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Tries; i++)
        {
            var keys = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
            var before = Find(keys, id);
            var after = change(before);
            CheckName(keys, after);
            if (await store.TryReplaceAsync(before, after, cancellationToken).ConfigureAwait(false))
            {
                return await ReportAsync(after, secret, cancellationToken).ConfigureAwait(false);
            }
        }

        throw Met();
    }

    private async Task<KeyReport> ReportAsync(VirtualKey key, string? secret, CancellationToken cancellationToken)
    {
        var spent = await books([key.Id], cancellationToken).ConfigureAwait(false);
        return KeyReport.Of(key, spent.GetValueOrDefault(key.Id), time.GetUtcNow()) with { Key = secret };
    }

    private static VirtualKey Find(IReadOnlyList<VirtualKey> keys, string id) =>
        keys.FirstOrDefault(k => k.Id == id) ?? keys.FirstOrDefault(k => k.Name.Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw new KeyInputException(StatusCodes.Status404NotFound, $"there is no key {Shown.Quoted(id)}; ccr key list shows those there are");

    private static void CheckName(IReadOnlyList<VirtualKey> keys, VirtualKey key)
    {
        if (keys.FirstOrDefault(k => k.Id != key.Id && k.Name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            throw new KeyInputException(StatusCodes.Status409Conflict, $"the name {Shown.Quoted(key.Name)} is taken by {other.Id}");
        }
    }

    private static KeyInputException Met() => new(StatusCodes.Status409Conflict, "somebody else changed keys at the same time; try again");

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
}
