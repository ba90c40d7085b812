using Ccr.ProxyService.Keys;

namespace Ccr.Tests.Keys;

/// <summary>The arithmetic of the books, at times of the test's own.</summary>
public sealed class LedgerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly Ledger _ledger = new();

    [Fact]
    public void What_is_spent_and_what_is_reserved_never_exceed_a_budget()
    {
        var key = Key() with { BudgetDay = 1.00m };
        var cents = Nano.Of(0.30m);
        var holds = Enumerable.Range(0, 5).Select(_ => Reserve(key, cents, Noon)).ToList();
        Assert.Equal([true, true, true, false, false], holds.Select(h => h.Hold is not null));
        Assert.Equal(KeyLimit.Reserved, holds[3].Limit);

        // One cost less than reserved: now there is room for another. What is really spent is final.
        Settle(holds[0], Nano.Of(0.10m), Noon);
        Assert.NotNull(Reserve(key, cents, Noon).Hold);
        Settle(holds[1], cents, Noon);
        Settle(holds[2], cents, Noon);
        Assert.Equal(Nano.Of(0.70m), _ledger.DaySpent);
        Assert.Equal(KeyLimit.BudgetDay, Reserve(key, cents + 1, Noon).Limit);
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), Reserve(key, cents + 1, Noon).Reset);
    }

    [Fact]
    public void A_day_and_a_month_begin_anew_and_what_began_before_belongs_to_the_day_it_began_on()
    {
        var key = Key() with { BudgetDay = 1m, BudgetMonth = 2m };
        var first = Reserve(key, Nano.Of(0.9m), Noon);
        var overnight = Reserve(key, Nano.Of(0.1m), Noon);
        Settle(first, Nano.Of(0.9m), Noon);
        Assert.Equal(KeyLimit.Reserved, Reserve(key, Nano.Of(0.1m), Noon).Limit);

        var tomorrow = Noon.AddDays(1);
        Assert.NotNull(Reserve(key, Nano.Of(1m), tomorrow).Hold);
        Settle(overnight, Nano.Of(0.1m), tomorrow);
        Assert.Equal((0, 0), (_ledger.DaySpent, _ledger.MonthSpent));
        Assert.Equal(20261201, _ledger.Day);

        // A clock that is behind changes nothing.
        _ledger.Advance(Noon);
        Assert.Equal(20261201, _ledger.Day);
    }

    [Fact]
    public void A_month_goes_on_over_its_days()
    {
        var key = Key() with { BudgetMonth = 1m };
        var at = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 10; i++)
        {
            Settle(Reserve(key, Nano.Of(0.1m), at.AddDays(i)), Nano.Of(0.1m), at.AddDays(i));
        }

        var refused = Reserve(key, 1, at.AddDays(20));
        Assert.Equal((KeyLimit.BudgetMonth, new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)), (refused.Limit, refused.Reset));
        Assert.NotNull(Reserve(key, 1, at.AddMonths(1)).Hold);
    }

    [Fact]
    public void In_no_sixty_seconds_are_there_more_requests_than_allowed()
    {
        var key = Key() with { Rpm = 7 };
        var admitted = new List<DateTimeOffset>();
        var random = new Random(7);
        var at = Noon;
        for (var i = 0; i < 2000; i++)
        {
            at = at.AddMilliseconds(random.Next(4000));
            var verdict = Reserve(key, 0, at);
            if (verdict.Hold is not null)
            {
                admitted.Add(at);
                Settle(verdict, 0, at);
            }
            else
            {
                Assert.Equal(KeyLimit.Requests, verdict.Limit);
                Assert.InRange(verdict.Reset - at, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(66));
            }
        }

        Assert.All(Enumerable.Range(0, admitted.Count - 7), i => Assert.True(admitted[i + 7] - admitted[i] > TimeSpan.FromSeconds(60)));
        Assert.True(admitted.Count > 7 * 50, $"only {admitted.Count}");
    }

    [Fact]
    public void At_the_time_that_a_refusal_names_there_is_room()
    {
        var key = Key() with { Rpm = 2 };
        Reserve(key, 0, Noon);
        Reserve(key, 0, Noon.AddSeconds(30));
        var refused = Reserve(key, 0, Noon.AddSeconds(31));
        Assert.Null(Reserve(key, 0, refused.Reset.AddSeconds(-1)).Hold);
        Assert.NotNull(Reserve(key, 0, refused.Reset).Hold);
    }

    [Fact]
    public void Tokens_are_entered_as_claimed_and_then_as_used()
    {
        var key = Key() with { Tpm = 1000 };
        var hold = _ledger.Reserve(key, new(0, 900), "r", Noon);
        Assert.NotNull(hold.Hold);
        Assert.Equal(KeyLimit.Tokens, _ledger.Reserve(key, new(0, 200), "r", Noon).Limit);
        _ledger.Settle(LedgerSettlement.Of(hold.Hold!, 0, 100), "r", Noon.AddSeconds(1));
        Assert.NotNull(_ledger.Reserve(key, new(0, 200), "r", Noon.AddSeconds(1)).Hold);

        // More than the whole limit is let in when nothing else is there, else it never would be.
        _ledger.Advance(Noon.AddMinutes(2));
        Assert.NotNull(_ledger.Reserve(key, new(0, 50_000), "r", Noon.AddMinutes(2)).Hold);
    }

    [Fact]
    public void Places_come_back_when_requests_end_and_when_their_replica_dies()
    {
        var key = Key() with { MaxConcurrent = 2, BudgetDay = 1m };
        _ledger.Advance(Noon);
        var one = _ledger.Reserve(key, new(Nano.Of(0.5m), 0), "alive", Noon);
        _ledger.Reserve(key, new(Nano.Of(0.5m), 0), "dead", Noon);
        Assert.Equal(KeyLimit.Concurrency, _ledger.Reserve(key, default, "alive", Noon).Limit);

        // The living one renews its lease.
        _ledger.LeaseOf("alive").Until = Noon.AddMinutes(4).ToUnixTimeMilliseconds();
        var later = Noon + Ledger.LeaseTime + TimeSpan.FromSeconds(1);
        _ledger.Advance(later);
        Assert.Equal((1, Nano.Of(0.5m)), (_ledger.Running(), _ledger.DayReserved()));
        Assert.NotNull(_ledger.Reserve(key, new(Nano.Of(0.5m), 0), "alive", later).Hold);
        _ledger.Settle(LedgerSettlement.Of(one.Hold!, 0, 0), "alive", later);
        Assert.Equal(1, _ledger.Running());
    }

    [Theory]
    [InlineData("0.000000001", 1)]
    [InlineData("0.0000000001", 1)]
    [InlineData("1000000", 1_000_000_000_000_000)]
    [InlineData("0.1", 100_000_000)]
    [InlineData("-1", 0)]
    public void Money_is_exact_and_rounded_up(string usd, long nano) => Assert.Equal(nano, Nano.Of(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture)));

    private LedgerVerdict Reserve(VirtualKey key, long nano, DateTimeOffset at)
    {
        _ledger.Advance(at);
        return _ledger.Reserve(key, new(nano, 0), "r", at);
    }

    private void Settle(LedgerVerdict verdict, long nano, DateTimeOffset at)
    {
        _ledger.Advance(at);
        _ledger.Settle(LedgerSettlement.Of(verdict.Hold!, nano, 0), "r", at);
    }

    private static VirtualKey Key() => new() { Id = "key_1", Name = "n", Digest = "", Last4 = "abcd", Created = Noon };
}
