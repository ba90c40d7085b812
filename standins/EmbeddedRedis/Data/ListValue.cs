namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A list.</summary>
internal sealed class ListValue : RedisValue
{
    public override string TypeName => "list";

    public override string Encoding => "quicklist";

    public Deque<byte[]> Items { get; private init; } = new();

    public override RedisValue Copy() => new ListValue { Items = Items.Copy() };
}
