using System.Globalization;
using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>The id of a stream entry: milliseconds and a sequence number.</summary>
internal readonly record struct StreamId(ulong Milliseconds, ulong Sequence) : IComparable<StreamId>
{
    public static readonly StreamId Zero = new(0, 0);
    public static readonly StreamId Max = new(ulong.MaxValue, ulong.MaxValue);

    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    public int CompareTo(StreamId other)
    {
        var byTime = Milliseconds.CompareTo(other.Milliseconds);
        return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
    }

    /// <summary>The next id; false at the very last.</summary>
    public bool TryNext(out StreamId next)
    {
        next = Sequence < ulong.MaxValue ? new(Milliseconds, Sequence + 1) : new(unchecked(Milliseconds + 1), 0);
        return this != Max;
    }

    /// <summary>The id before; false at the very first.</summary>
    public bool TryPrevious(out StreamId previous)
    {
        previous = Sequence > 0 ? new(Milliseconds, Sequence - 1) : new(unchecked(Milliseconds - 1), ulong.MaxValue);
        return this != Zero;
    }

    public byte[] ToBytes() => Encoding.ASCII.GetBytes(ToString());

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");
}
