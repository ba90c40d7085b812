namespace Ccr.ProxyService.Keys;

/// <summary>
/// The books of one key: what was spent today and this month, what requests under way have reserved, and what was let in within the last minute. Pure arithmetic without a clock; the same in memory
/// and, as JSON, in Redis. Spent and reserved together never exceed a budget by what is let in here.
/// </summary>
internal sealed class Ledger
{
    /// <summary>How long a replica's reservations outlive its last sign of life.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(2);

    private const int SlotSeconds = 5;
    private const int WindowSeconds = 60;

    /// <summary>The day of <see cref="DaySpent"/>, UTC, as yyyyMMdd.</summary>
    public int Day { get; set; }

    /// <summary>Spent on that day, in <see cref="Nano"/>.</summary>
    public long DaySpent { get; set; }

    /// <summary>Spent in that day's month, in <see cref="Nano"/>.</summary>
    public long MonthSpent { get; set; }

    /// <summary>The last minute.</summary>
    public List<LedgerSlot> Slots { get; set; } = [];

    /// <summary>What replicas have under way, by replica.</summary>
    public Dictionary<string, LedgerLease> Leases { get; set; } = [];

    /// <summary>A day as yyyyMMdd.</summary>
    public static int DayOf(DateTimeOffset at) => (at.UtcDateTime.Year * 10_000) + (at.UtcDateTime.Month * 100) + at.UtcDateTime.Day;

    /// <summary>When the day after that one begins, UTC.</summary>
    public static DateTimeOffset NextDay(DateTimeOffset now) => new(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    /// <summary>When the month after that one begins, UTC.</summary>
    public static DateTimeOffset NextMonth(DateTimeOffset now) => new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);

    /// <summary>The five seconds of a moment.</summary>
    public static long SlotOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / SlotSeconds;

    /// <summary>Money reserved of the day by all replicas.</summary>
    public long DayReserved() => Leases.Values.Sum(static l => l.Day);

    /// <summary>Money reserved of the month by all replicas.</summary>
    public long MonthReserved() => Leases.Values.Sum(static l => l.Month);

    /// <summary>Requests under way at all replicas.</summary>
    public int Running() => Leases.Values.Sum(static l => l.Running);

    /// <summary>Another one with the same content.</summary>
    public Ledger Clone() => new()
    {
        Day = Day,
        DaySpent = DaySpent,
        MonthSpent = MonthSpent,
        Slots = Slots.ConvertAll(static s => new LedgerSlot { At = s.At, Requests = s.Requests, Tokens = s.Tokens }),
        Leases = Leases.ToDictionary(static l => l.Key, static l => new LedgerLease { Until = l.Value.Until, Running = l.Value.Running, Day = l.Value.Day, Month = l.Value.Month, Batch = l.Value.Batch }, StringComparer.Ordinal),
    };

    /// <summary>Begins a new day or month, drops what is older than a minute, and takes back what replicas that are gone had reserved. Time only goes on: a clock that is behind changes nothing.</summary>
    public void Advance(DateTimeOffset now)
    {
        var today = DayOf(now);
        if (today > Day)
        {
            var isNewMonth = today / 100 != Day / 100;
            Day = today;
            DaySpent = 0;
            MonthSpent = isNewMonth ? 0 : MonthSpent;
            foreach (var lease in Leases.Values)
            {
                // A request belongs to the day it began on.
                lease.Day = 0;
                lease.Month = isNewMonth ? 0 : lease.Month;
            }
        }

        // Whole slots are counted until their last moment is a minute ago: never less than a true window of a minute would.
        var first = now.ToUnixTimeSeconds() - WindowSeconds;
        Slots.RemoveAll(s => (s.At + 1) * SlotSeconds <= first);
        var ms = now.ToUnixTimeMilliseconds();
        foreach (var (name, lease) in Leases)
        {
            if (lease.Until < ms)
            {
                Leases.Remove(name);
            }
        }
    }

    /// <summary>Lets a request of a replica in, or says what is in its way. After <see cref="Advance"/>.</summary>
    public LedgerVerdict Reserve(VirtualKey key, LedgerClaim claim, string replica, DateTimeOffset now)
    {
        // More than the whole limit would never be let in.
        claim = key.Tpm is { } most ? claim with { Tokens = Math.Min(claim.Tokens, most) } : claim;
        var requests = Slots.Sum(static s => s.Requests);
        var tokens = Slots.Sum(static s => s.Tokens);
        var (limit, reset) = Check(key, claim, requests, tokens, now);
        var hold = limit == KeyLimit.None ? new LedgerHold(claim, Day, SlotOf(now)) { IsReserved = true } : null;
        if (hold is not null)
        {
            var slot = SlotAt(hold.Slot);
            slot.Requests++;
            slot.Tokens += claim.Tokens;
            var lease = LeaseOf(replica);
            lease.Running++;
            lease.Day += claim.Nano;
            lease.Month += claim.Nano;
            lease.Until = (now + LeaseTime).ToUnixTimeMilliseconds();
        }

        return new()
        {
            Hold = hold,
            Limit = limit,
            Reset = reset,
            Requests = hold is null ? requests : requests + 1,
            Tokens = hold is null ? tokens : tokens + claim.Tokens,
            DaySpent = DaySpent,
            MonthSpent = MonthSpent,
            Reserved = DayReserved(),
        };
    }

    /// <summary>Enters what a request really used in the place of what it had reserved. After <see cref="Advance"/>.</summary>
    public void Settle(in LedgerSettlement settlement, string replica, DateTimeOffset now)
    {
        var (sameDay, sameMonth) = (settlement.Day == Day, settlement.Day / 100 == Day / 100);
        if (settlement.Running > 0 && Leases.TryGetValue(replica, out var lease))
        {
            lease.Running = Math.Max(0, lease.Running - settlement.Running);
            lease.Day = Math.Max(0, lease.Day - (sameDay ? settlement.Release : 0));
            lease.Month = Math.Max(0, lease.Month - (sameMonth ? settlement.Release : 0));
        }

        DaySpent += sameDay ? settlement.Spent : 0;
        MonthSpent += sameMonth ? settlement.Spent : 0;
        if (settlement.Tokens > 0)
        {
            SlotAt(SlotOf(now)).Tokens += settlement.Tokens;
        }
        else
        {
            var at = settlement.Slot;
            if (Slots.Find(s => s.At == at) is { } slot)
            {
                slot.Tokens = Math.Max(0, slot.Tokens + settlement.Tokens);
            }
        }
    }

    /// <summary>The replica's lease.</summary>
    public LedgerLease LeaseOf(string replica)
    {
        if (!Leases.TryGetValue(replica, out var lease))
        {
            Leases[replica] = lease = new();
        }

        return lease;
    }

    private (KeyLimit Limit, DateTimeOffset Reset) Check(VirtualKey key, LedgerClaim claim, int requests, long tokens, DateTimeOffset now)
    {
        if (key.BudgetMonth is { } month && MonthSpent + claim.Nano > Nano.Of(month))
        {
            return (KeyLimit.BudgetMonth, NextMonth(now));
        }

        if (key.BudgetDay is { } day && DaySpent + claim.Nano > Nano.Of(day))
        {
            return (KeyLimit.BudgetDay, NextDay(now));
        }

        if (key.MaxConcurrent is { } most && Running() >= most)
        {
            return (KeyLimit.Concurrency, now.AddSeconds(1));
        }

        if (key.Rpm is { } rpm && requests >= rpm)
        {
            return (KeyLimit.Requests, RoomAt(static s => s.Requests, requests + 1 - rpm));
        }

        if (key.Tpm is { } tpm && tokens + claim.Tokens > tpm)
        {
            return (KeyLimit.Tokens, RoomAt(static s => s.Tokens, tokens + claim.Tokens - tpm));
        }

        if ((key.BudgetMonth is { } m && MonthSpent + MonthReserved() + claim.Nano > Nano.Of(m)) || (key.BudgetDay is { } d && DaySpent + DayReserved() + claim.Nano > Nano.Of(d)))
        {
            return (KeyLimit.Reserved, now.AddSeconds(2));
        }

        return (KeyLimit.None, RoomAt(static s => s.Requests, long.MaxValue, now));
    }

    /// <summary>When so much of the window has become too old to count.</summary>
    private DateTimeOffset RoomAt(Func<LedgerSlot, long> of, long amount, DateTimeOffset? now = null)
    {
        var last = now is { } moment ? SlotOf(moment) : 0;
        foreach (var slot in Slots.OrderBy(static s => s.At))
        {
            last = Math.Max(last, slot.At);
            amount -= of(slot);
            if (amount <= 0)
            {
                break;
            }
        }

        return DateTimeOffset.FromUnixTimeSeconds(((last + 1) * SlotSeconds) + WindowSeconds);
    }

    private LedgerSlot SlotAt(long at)
    {
        var slot = Slots.Find(s => s.At == at);
        if (slot is null)
        {
            Slots.Add(slot = new() { At = at });
        }

        return slot;
    }
}
