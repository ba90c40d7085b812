using System.Numerics;

namespace Ccr.Protocols.Requests;

/// <summary>The arithmetic of effort words and thinking budgets.</summary>
public static class Efforts
{
    /// <summary>The level of a word; <see cref="EffortLevels.Unknown"/> when it is none.</summary>
    public static EffortLevels Parse(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("none"u8) ? EffortLevels.None
        : word.SequenceEqual("minimal"u8) ? EffortLevels.Minimal
        : word.SequenceEqual("low"u8) ? EffortLevels.Low
        : word.SequenceEqual("medium"u8) ? EffortLevels.Medium
        : word.SequenceEqual("high"u8) ? EffortLevels.High
        : word.SequenceEqual("xhigh"u8) ? EffortLevels.XHigh
        : word.SequenceEqual("max"u8) ? EffortLevels.Max
        : EffortLevels.Unknown;

    /// <summary>The word of one level.</summary>
    public static ReadOnlySpan<byte> Word(EffortLevels level) => level switch
    {
        EffortLevels.None => "none"u8,
        EffortLevels.Minimal => "minimal"u8,
        EffortLevels.Low => "low"u8,
        EffortLevels.High => "high"u8,
        EffortLevels.XHigh => "xhigh"u8,
        EffortLevels.Max => "max"u8,
        _ => "medium"u8,
    };

    /// <summary>What the request asks for as one level: the word it used, else the word for its budget; Unknown when it asked for nothing.</summary>
    public static EffortLevels Wanted(CanonicalRequest request)
    {
        if (request.Thinking == ThinkingMode.Disabled)
        {
            return EffortLevels.None;
        }

        var word = Parse(request.Effort.Span);
        if (word != EffortLevels.Unknown)
        {
            return word;
        }

        return request.ThinkingBudget is { } budget ? FromBudget(budget) : request.Thinking == ThinkingMode.Unset ? EffortLevels.Unknown : EffortLevels.Medium;
    }

    /// <summary>The level for a budget in tokens.</summary>
    public static EffortLevels FromBudget(long budget) => budget switch
    {
        <= 0 => EffortLevels.None,
        <= 1024 => EffortLevels.Low,
        <= 8192 => EffortLevels.Medium,
        <= 24_576 => EffortLevels.High,
        _ => EffortLevels.XHigh,
    };

    /// <summary>The budget in tokens for a level.</summary>
    public static int ToBudget(EffortLevels level) => level switch
    {
        EffortLevels.None => 0,
        EffortLevels.Minimal or EffortLevels.Low => 1024,
        EffortLevels.High => 24_576,
        EffortLevels.XHigh => 32_768,
        EffortLevels.Max => 128_000,
        _ => 8192,
    };

    /// <summary>The nearest level that is taken: the wanted one, else the highest below it, else the lowest above.</summary>
    public static EffortLevels Clamp(EffortLevels wanted, EffortLevels taken)
    {
        if (taken == EffortLevels.Unknown || wanted == EffortLevels.Unknown)
        {
            return EffortLevels.Unknown;
        }

        if (taken.HasFlag(wanted))
        {
            return wanted;
        }

        // "none" turns thinking off: a neighbour of the least word only for one who asked for none.
        var words = (int)(wanted == EffortLevels.None ? taken : taken & ~EffortLevels.None);
        var below = words & ((int)wanted - 1);
        return below != 0 ? (EffortLevels)(1 << BitOperations.Log2((uint)below)) : (EffortLevels)(words & -words);
    }
}
