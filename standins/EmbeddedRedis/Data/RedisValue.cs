namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>What a key holds.</summary>
internal abstract class RedisValue
{
    /// <summary>The answer of TYPE.</summary>
    public abstract string TypeName { get; }

    /// <summary>The answer of OBJECT ENCODING in Redis 7.0.</summary>
    public abstract string Encoding { get; }

    /// <summary>An independent copy.</summary>
    public abstract RedisValue Copy();
}
