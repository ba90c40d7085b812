namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>What a range is counted in.</summary>
internal enum RangeKind
{
    /// <summary>ZRANGE decides by option; without one it is ranks.</summary>
    Unset,

    /// <summary>Positions.</summary>
    Rank,

    /// <summary>Scores.</summary>
    Score,

    /// <summary>Members in byte order.</summary>
    Lex,
}
