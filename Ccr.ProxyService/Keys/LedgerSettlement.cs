namespace Ccr.ProxyService.Keys;

/// <summary>What is entered when a request is over, or several of one day together.</summary>
/// <param name="Day">The day it belongs to, as yyyyMMdd.</param>
/// <param name="Slot">The five seconds in which it was let in.</param>
/// <param name="Running">Requests that are no longer under way.</param>
/// <param name="Release">Money that is no longer reserved.</param>
/// <param name="Spent">Money that was spent.</param>
/// <param name="Tokens">Tokens used above those that were reserved; below zero for fewer.</param>
internal readonly record struct LedgerSettlement(int Day, long Slot, int Running, long Release, long Spent, long Tokens)
{
    /// <summary>What a request that had reserved something used.</summary>
    public static LedgerSettlement Of(LedgerHold hold, long spent, long tokens) =>
        hold.IsReserved ? new(hold.Day, hold.Slot, 1, hold.Claim.Nano, spent, tokens - hold.Claim.Tokens) : Spending(hold, spent, tokens);

    /// <summary>What it used, for books in which nothing was reserved.</summary>
    public static LedgerSettlement Spending(LedgerHold hold, long spent, long tokens) => new(hold.Day, hold.Slot, 0, 0, spent, tokens);

    /// <summary>This and another one of the same day. The windows of a minute are left alone: it is over when this is entered.</summary>
    public LedgerSettlement Plus(in LedgerSettlement other) => new(Day, Slot, Running + other.Running, Release + other.Release, Spent + other.Spent, 0);
}
