namespace Ccr.ProxyService.Keys;

/// <summary>What one replica has under way. It renews the lease; what a replica that died had reserved comes back when the lease is over.</summary>
internal sealed class LedgerLease
{
    /// <summary>Until when it holds, Unix milliseconds.</summary>
    public long Until { get; set; }

    /// <summary>Requests under way.</summary>
    public int Running { get; set; }

    /// <summary>Reserved of the day's money, in <see cref="Nano"/>.</summary>
    public long Day { get; set; }

    /// <summary>Reserved of the month's money, in <see cref="Nano"/>.</summary>
    public long Month { get; set; }

    /// <summary>The number of the last batch of this replica that is in the books: one whose reply was lost is not entered twice.</summary>
    public long Batch { get; set; }
}
