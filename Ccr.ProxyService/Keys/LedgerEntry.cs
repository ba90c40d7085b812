namespace Ccr.ProxyService.Keys;

/// <summary>Something that is to be entered into shared books.</summary>
internal abstract class LedgerEntry
{
    /// <summary>Enters it into a copy of the books; returns what a waiting request is told, and whether the copy now differs.</summary>
    public abstract (LedgerVerdict? Verdict, bool IsChange) Apply(Ledger ledger, string replica, DateTimeOffset now);

    /// <summary>A request that waits to be let in.</summary>
    internal sealed class Reservation(VirtualKey key, LedgerClaim claim) : LedgerEntry
    {
        private readonly TaskCompletionSource<LedgerVerdict?> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The verdict; null when the books could not be reached.</summary>
        public Task<LedgerVerdict?> Answer => _source.Task;

        /// <summary>Tells it; false when it no longer waits.</summary>
        public bool TryTell(LedgerVerdict? verdict) => _source.TrySetResult(verdict);

        /// <inheritdoc/>
        public override (LedgerVerdict? Verdict, bool IsChange) Apply(Ledger ledger, string replica, DateTimeOffset now)
        {
            if (_source.Task.IsCompleted)
            {
                return (null, false);
            }

            var verdict = ledger.Reserve(key, claim, replica, now);
            return (verdict, verdict.Hold is not null);
        }
    }

    /// <summary>A request that is over, or several of one day.</summary>
    internal sealed class Settlement(LedgerSettlement amounts) : LedgerEntry
    {
        private LedgerSettlement _amounts = amounts;

        /// <summary>The day it belongs to.</summary>
        public int Day => _amounts.Day;

        /// <summary>Adds another one of the same day. Only while it waits.</summary>
        public void Add(in LedgerSettlement other) => _amounts = _amounts.Plus(other);

        /// <inheritdoc/>
        public override (LedgerVerdict? Verdict, bool IsChange) Apply(Ledger ledger, string replica, DateTimeOffset now)
        {
            ledger.Settle(_amounts, replica, now);
            return (null, true);
        }
    }

    /// <summary>A sign of life of a replica that has requests under way.</summary>
    internal sealed class Renewal : LedgerEntry
    {
        /// <inheritdoc/>
        public override (LedgerVerdict? Verdict, bool IsChange) Apply(Ledger ledger, string replica, DateTimeOffset now) => (null, true);
    }
}
