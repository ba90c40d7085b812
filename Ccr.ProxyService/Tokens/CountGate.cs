namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Whether a provider may be asked for a count now: only so many calls at once, and none for a while after it failed. Never waits, because whoever
/// is not let in can count at once.
/// </summary>
internal sealed class CountGate(TimeProvider time)
{
    private int _calls;
    private long _closedUntil;

    /// <summary>True lets a call in; then <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        if (time.GetUtcNow().UtcTicks < Interlocked.Read(ref _closedUntil))
        {
            return false;
        }

        if (Interlocked.Increment(ref _calls) <= TokenLimits.ProviderCalls)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>A call is over.</summary>
    public void Leave() => Interlocked.Decrement(ref _calls);

    /// <summary>Lets nobody in for so long.</summary>
    public void Close(TimeSpan pause) => Interlocked.Exchange(ref _closedUntil, (time.GetUtcNow() + pause).UtcTicks);
}
