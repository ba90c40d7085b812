namespace Ccr.ProxyService.Keys;

/// <summary>What the books say to a claim: a hold, or which limit is in its way and until when.</summary>
internal sealed record LedgerVerdict
{
    /// <summary>The hold; null when it is not let in.</summary>
    public LedgerHold? Hold { get; init; }

    /// <summary>Which limit is in the way.</summary>
    public KeyLimit Limit { get; init; }

    /// <summary>When there is room again, UTC; for the answers of those let in, when the window of requests is empty again.</summary>
    public DateTimeOffset Reset { get; init; }

    /// <summary>Requests in the window, this one included when it is let in.</summary>
    public int Requests { get; init; }

    /// <summary>Tokens in the window, this one's included when it is let in.</summary>
    public long Tokens { get; init; }

    /// <summary>Spent today, in <see cref="Nano"/>.</summary>
    public long DaySpent { get; init; }

    /// <summary>Spent this month, in <see cref="Nano"/>.</summary>
    public long MonthSpent { get; init; }

    /// <summary>Reserved of the day's money by requests under way, in <see cref="Nano"/>.</summary>
    public long Reserved { get; init; }
}
