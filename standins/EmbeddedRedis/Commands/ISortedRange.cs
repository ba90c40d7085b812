using Ccr.Standins.EmbeddedRedis.Data;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>An interval of a sorted set: everything from the first node not below it up to the last not above.</summary>
internal interface ISortedRange
{
    bool IsBelow(SkipList.Node node);

    bool IsAbove(SkipList.Node node);
}
