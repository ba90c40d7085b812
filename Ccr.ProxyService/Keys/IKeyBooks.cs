using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Keys;

/// <summary>Lets requests of limited keys in, and enters what all keys spend.</summary>
internal interface IKeyBooks
{
    /// <summary>Reserves what a request claims, or says what is in its way.</summary>
    ValueTask<LedgerVerdict> ReserveAsync(VirtualKey key, LedgerClaim claim, KeysConfig config, CancellationToken cancellationToken);

    /// <summary>Enters what a request used in the place of what it had reserved. Never waits.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="hold">What it had reserved.</param>
    /// <param name="nano">What it cost, in <see cref="Nano"/>.</param>
    /// <param name="tokens">The tokens it used.</param>
    void Settle(string id, LedgerHold hold, long nano, long tokens);

    /// <summary>The books of some keys by id; one whose books cannot be read is left out.</summary>
    Task<IReadOnlyDictionary<string, Ledger>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);
}
