using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The options of SET and GETEX.</summary>
internal sealed class SetOptions
{
    public bool IfAbsent { get; private set; }

    public bool IfPresent { get; private set; }

    public bool Get { get; private set; }

    public bool KeepExpiry { get; private set; }

    public bool Persist { get; private set; }

    /// <summary>The number as given; null: no expiry.</summary>
    public byte[]? Expiry { get; set; }

    /// <summary>The number counts seconds, not milliseconds.</summary>
    public bool InSeconds { get; set; }

    /// <summary>The number counts from 1970, not from now.</summary>
    public bool IsAbsolute { get; private set; }

    /// <exception cref="RedisErrorException">Unknown or contradicting options.</exception>
    public static SetOptions Parse(byte[][] a, int start, bool forSet)
    {
        byte[] unit = [];
        var found = new SetOptions();
        for (var i = start; i < a.Length; i++)
        {
            var option = a[i];
            if (forSet && option.Is("NX"u8) && !found.IfPresent)
            {
                found.IfAbsent = true;
            }
            else if (forSet && option.Is("XX"u8) && !found.IfAbsent)
            {
                found.IfPresent = true;
            }
            else if (forSet && option.Is("GET"u8))
            {
                found.Get = true;
            }
            else if (forSet && option.Is("KEEPTTL"u8) && found.Expiry is null)
            {
                found.KeepExpiry = true;
            }
            else if (!forSet && option.Is("PERSIST"u8) && found.Expiry is null)
            {
                found.Persist = true;
            }
            else if ((option.Is("EX"u8) || option.Is("PX"u8) || option.Is("EXAT"u8) || option.Is("PXAT"u8))
                && !found.KeepExpiry && !found.Persist && (found.Expiry is null || unit.Is(option)) && i + 1 < a.Length)
            {
                unit = option;
                found.Expiry = a[++i];
            }
            else
            {
                throw RedisErrorException.Syntax();
            }
        }

        found.InSeconds = unit.Is("EX"u8) || unit.Is("EXAT"u8);
        found.IsAbsolute = unit.Is("EXAT"u8) || unit.Is("PXAT"u8);
        return found;
    }

    /// <summary>Unix milliseconds; null without an expiry.</summary>
    /// <exception cref="RedisErrorException">No integer, not positive, or too far away.</exception>
    public long? ExpiryTime(long now, string command)
    {
        if (Expiry is null)
        {
            return null;
        }

        var time = Expiry.ToInteger();
        if (time <= 0 || (InSeconds && time > long.MaxValue / 1000))
        {
            throw RedisErrorException.InvalidExpire(command);
        }

        time *= InSeconds ? 1000 : 1;
        if (IsAbsolute)
        {
            return time;
        }

        return time > long.MaxValue - now ? throw RedisErrorException.InvalidExpire(command) : time + now;
    }
}
