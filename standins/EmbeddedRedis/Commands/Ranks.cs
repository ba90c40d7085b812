namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Positions as lists and sorted sets take them: negative ones count from the end.</summary>
internal static class Ranks
{
    /// <summary>The first position and the number of items of an inclusive range; the number is 0 when it is empty.</summary>
    public static (int Start, int Count) Resolve(long start, long stop, int size)
    {
        start = Math.Max(start < 0 ? start + size : start, 0);
        stop = Math.Min(stop < 0 ? stop + size : stop, size - 1);
        return start > stop || start >= size ? (0, 0) : ((int)start, (int)(stop - start + 1));
    }
}
