using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The options of ZADD.</summary>
internal sealed record SortedSetAddOptions
{
    /// <summary>What ZINCRBY is.</summary>
    public static readonly SortedSetAddOptions Increment = new() { Incrementing = true };

    public bool OnlyNew { get; private set; }

    public bool OnlyExisting { get; private set; }

    public bool OnlyGreater { get; private set; }

    public bool OnlyLess { get; private set; }

    /// <summary>The reply counts changed scores too, not only new members.</summary>
    public bool CountChanged { get; private set; }

    /// <summary>The score is added, and replied.</summary>
    public bool Incrementing { get; private set; }

    /// <summary>Reads options from the third argument on; <paramref name="start"/> is the first score.</summary>
    public static SortedSetAddOptions Parse(byte[][] a, out int start)
    {
        var options = new SortedSetAddOptions();
        for (start = 2; start < a.Length && options.TryTake(a[start]); start++)
        {
        }

        var count = a.Length - start;
        if (count == 0 || count % 2 != 0)
        {
            throw RedisErrorException.Syntax();
        }

        if (options is { OnlyNew: true, OnlyExisting: true })
        {
            throw new RedisErrorException("ERR XX and NX options at the same time are not compatible");
        }

        if ((options.OnlyGreater && options.OnlyNew) || (options.OnlyLess && options.OnlyNew) || (options.OnlyGreater && options.OnlyLess))
        {
            throw new RedisErrorException("ERR GT, LT, and/or NX options at the same time are not compatible");
        }

        return options.Incrementing && count > 2
            ? throw new RedisErrorException("ERR INCR option supports a single increment-element pair")
            : options;
    }

    /// <summary>The member's new score; null: it stays as it is.</summary>
    public double? Apply(double? old, double score)
    {
        if (old is null)
        {
            return OnlyExisting ? null : score;
        }

        if (OnlyNew)
        {
            return null;
        }

        score = Incrementing ? old.Value + score : score;
        return (OnlyLess && score >= old) || (OnlyGreater && score <= old) ? null : score;
    }

    private bool TryTake(byte[] option)
    {
        if (option.Is("NX"u8))
        {
            OnlyNew = true;
        }
        else if (option.Is("XX"u8))
        {
            OnlyExisting = true;
        }
        else if (option.Is("GT"u8))
        {
            OnlyGreater = true;
        }
        else if (option.Is("LT"u8))
        {
            OnlyLess = true;
        }
        else if (option.Is("CH"u8))
        {
            CountChanged = true;
        }
        else if (option.Is("INCR"u8))
        {
            Incrementing = true;
        }
        else
        {
            return false;
        }

        return true;
    }
}
