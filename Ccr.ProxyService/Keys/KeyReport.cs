namespace Ccr.ProxyService.Keys;

/// <summary>A key as it is shown: all but its digest, and how it stands.</summary>
internal sealed record KeyReport
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The key itself: once, when it was made or rotated.</summary>
    public string? Key { get; init; }

    /// <summary>The key's last four characters.</summary>
    public required string Last4 { get; init; }

    /// <summary>"active", "disabled" or "expired".</summary>
    public required string State { get; init; }

    /// <summary>Whose it is.</summary>
    public string? Team { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTime Created { get; init; }

    /// <summary>When it was rotated last.</summary>
    public DateTime? Rotated { get; init; }

    /// <summary>When it expires.</summary>
    public DateTime? Expires { get; init; }

    /// <summary>What it may be used for; empty for everything.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Requests in 60 seconds.</summary>
    public int? Rpm { get; init; }

    /// <summary>Tokens in 60 seconds.</summary>
    public long? Tpm { get; init; }

    /// <summary>Requests at once.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>Dollars for a day.</summary>
    public decimal? BudgetDay { get; init; }

    /// <summary>Dollars for a month.</summary>
    public decimal? BudgetMonth { get; init; }

    /// <summary>Dollars spent today; null when the books cannot be read.</summary>
    public decimal? SpentDay { get; init; }

    /// <summary>Dollars spent this month; null when the books cannot be read.</summary>
    public decimal? SpentMonth { get; init; }

    /// <summary>Dollars reserved by requests under way; null when the books cannot be read.</summary>
    public decimal? Reserved { get; init; }

    /// <summary>Limited requests under way; null when the books cannot be read.</summary>
    public int? Running { get; init; }

    /// <summary>Dollars left of the day's budget.</summary>
    public decimal? RemainingDay { get; init; }

    /// <summary>Dollars left of the month's budget.</summary>
    public decimal? RemainingMonth { get; init; }

    /// <summary>When the next day's budget begins.</summary>
    public DateTime? DayResets { get; init; }

    /// <summary>When the next month's budget begins.</summary>
    public DateTime? MonthResets { get; init; }

    /// <summary>The report of a key.</summary>
    public static KeyReport Of(VirtualKey key, Ledger? books, DateTimeOffset now) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Last4 = key.Last4,
        State = key.Disabled ? "disabled" : key.Expires <= now ? "expired" : "active",
        Team = key.Team,
        Created = key.Created.UtcDateTime,
        Rotated = key.Rotated?.UtcDateTime,
        Expires = key.Expires?.UtcDateTime,
        Models = key.Models,
        Rpm = key.Rpm,
        Tpm = key.Tpm,
        MaxConcurrent = key.MaxConcurrent,
        BudgetDay = key.BudgetDay,
        BudgetMonth = key.BudgetMonth,
        SpentDay = books is null ? null : Nano.ToUsd(books.DaySpent),
        SpentMonth = books is null ? null : Nano.ToUsd(books.MonthSpent),
        Reserved = books is null ? null : Nano.ToUsd(books.DayReserved()),
        Running = books?.Running(),
        RemainingDay = books is null || key.BudgetDay is null ? null : Nano.ToUsd(Math.Max(0, Nano.Of(key.BudgetDay.Value) - books.DaySpent - books.DayReserved())),
        RemainingMonth = books is null || key.BudgetMonth is null ? null : Nano.ToUsd(Math.Max(0, Nano.Of(key.BudgetMonth.Value) - books.MonthSpent - books.MonthReserved())),
        DayResets = key.BudgetDay is null ? null : Ledger.NextDay(now).UtcDateTime,
        MonthResets = key.BudgetMonth is null ? null : Ledger.NextMonth(now).UtcDateTime,
    };
}
