namespace Ccr.ProxyService.Usage;

/// <summary>A number that only grows.</summary>
internal sealed class Counter
{
    private long _value;

    /// <summary>The number now.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Adds to it.</summary>
    public void Add(long amount = 1) => Interlocked.Add(ref _value, amount);
}
