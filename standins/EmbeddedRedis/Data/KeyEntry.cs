namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A key's value with the times that belong to the key.</summary>
internal sealed class KeyEntry(RedisValue value)
{
    /// <summary>No expiry.</summary>
    public const long Never = -1;

    public RedisValue Value { get; set; } = value;

    /// <summary>Unix milliseconds, or <see cref="Never"/>. Set through the database, which keeps the order of expiries.</summary>
    public long ExpireAt { get; set; } = Never;

    /// <summary>Unix milliseconds of the last use, for OBJECT IDLETIME.</summary>
    public long LastUsed { get; set; }
}
