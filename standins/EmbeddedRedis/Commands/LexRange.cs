using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Members from one to another in byte order: "[a" includes, "(a" excludes, "-" and "+" are the ends.</summary>
internal sealed record LexRange(LexRange.Bound Low, LexRange.Bound High) : ISortedRange
{
    public static LexRange Parse(byte[] low, byte[] high) => new(Bound.Parse(low), Bound.Parse(high));

    public bool IsBelow(SkipList.Node node) => Low.Compare(node.Member) is var order && (order < 0 || (order == 0 && Low.Excluded));

    public bool IsAbove(SkipList.Node node) => High.Compare(node.Member) is var order && (order > 0 || (order == 0 && High.Excluded));

    /// <summary>One end. <paramref name="Side"/> is -1 or 1 for the ends of all members, 0 for a member.</summary>
    internal readonly record struct Bound(int Side, byte[] Member, bool Excluded)
    {
        public static Bound Parse(byte[] text) => text switch
        {
            [(byte)'-'] => new(-1, [], false),
            [(byte)'+'] => new(1, [], false),
            [(byte)'[', .. var member] => new(0, member, false),
            [(byte)'(', .. var member] => new(0, member, true),
            _ => throw new RedisErrorException("ERR min or max not valid string range item"),
        };

        /// <summary>How a member lies to this end: negative when before it.</summary>
        public int Compare(byte[] member) => Side != 0 ? -Side : member.AsSpan().SequenceCompareTo(Member);
    }
}
