namespace Ccr.Bench.Failover;

/// <summary>How a router fared with a fault; the order is from good to bad.</summary>
internal enum Verdict
{
    /// <summary>The client got all it asked for, by the right way.</summary>
    Pass,

    /// <summary>The client got all it asked for, but by a way that costs, waits or counts wrongly.</summary>
    Partial,

    /// <summary>The client got a clear error where an answer was possible.</summary>
    Safe,

    /// <summary>The client was misled: a broken stream, or a part that looked like the whole.</summary>
    Fail,
}
