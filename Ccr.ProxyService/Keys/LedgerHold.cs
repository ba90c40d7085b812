namespace Ccr.ProxyService.Keys;

/// <summary>A claim that was granted, and where in the books it stands.</summary>
/// <param name="Claim">What was granted; nothing for a key without limits, which is entered only when it is over.</param>
/// <param name="Day">The day it is entered under, as yyyyMMdd.</param>
/// <param name="Slot">The five seconds it is entered under.</param>
internal sealed record LedgerHold(LedgerClaim Claim, int Day, long Slot)
{
    /// <summary>Whether something of it is reserved, and has to be given back.</summary>
    public bool IsReserved { get; init; }

    /// <summary>Whether the reservation is only in this replica's own books, because the shared ones could not be reached.</summary>
    public bool IsAlone { get; init; }

    /// <summary>What is entered for a key that had nothing reserved.</summary>
    public static LedgerHold Nothing(DateTimeOffset at) => new(default, Ledger.DayOf(at), Ledger.SlotOf(at));
}
