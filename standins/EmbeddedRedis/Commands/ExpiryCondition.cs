using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The options of EXPIRE and its kin: NX, XX, GT, LT.</summary>
internal readonly record struct ExpiryCondition(bool OnlyNew, bool OnlyExisting, bool OnlyLater, bool OnlyEarlier)
{
    public static ExpiryCondition Parse(ReadOnlySpan<byte[]> options)
    {
        var found = default(ExpiryCondition);
        foreach (var option in options)
        {
            found = option.Is("NX"u8) ? found with { OnlyNew = true }
                : option.Is("XX"u8) ? found with { OnlyExisting = true }
                : option.Is("GT"u8) ? found with { OnlyLater = true }
                : option.Is("LT"u8) ? found with { OnlyEarlier = true }
                : throw new RedisErrorException("ERR Unsupported option " + option.Text());
        }

        if (found.OnlyNew && (found.OnlyExisting || found.OnlyLater || found.OnlyEarlier))
        {
            throw new RedisErrorException("ERR NX and XX, GT or LT options at the same time are not compatible");
        }

        return found.OnlyLater && found.OnlyEarlier
            ? throw new RedisErrorException("ERR GT and LT options at the same time are not compatible")
            : found;
    }

    /// <summary>Whether the new time may replace the current one; no expiry counts as infinitely late.</summary>
    public bool Allows(long current, long wanted)
    {
        var never = current == KeyEntry.Never;
        return !(OnlyNew && !never)
            && !(OnlyExisting && never)
            && !(OnlyLater && (never || wanted <= current))
            && !(OnlyEarlier && !never && wanted >= current);
    }
}
