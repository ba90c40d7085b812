using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Scores from one to another; a parenthesis excludes the bound.</summary>
internal sealed record ScoreRange(double Low, bool LowExcluded, double High, bool HighExcluded) : ISortedRange
{
    public static ScoreRange Parse(byte[] low, byte[] high) =>
        TryParse(low, out var from, out var fromExcluded) && TryParse(high, out var to, out var toExcluded)
            ? new ScoreRange(from, fromExcluded, to, toExcluded)
            : throw new RedisErrorException("ERR min or max is not a float");

    public bool IsBelow(SkipList.Node node) => LowExcluded ? node.Score <= Low : node.Score < Low;

    public bool IsAbove(SkipList.Node node) => HighExcluded ? node.Score >= High : node.Score > High;

    // Redis reads bounds with plain strtod: nothing is 0, and too large is infinite.
    private static bool TryParse(ReadOnlySpan<byte> text, out double value, out bool excluded)
    {
        excluded = text is [(byte)'(', ..];
        text = excluded ? text[1..] : text;
        value = 0;
        return text.IsEmpty || Doubles.TryParse(text, out value, clampToRange: true);
    }
}
