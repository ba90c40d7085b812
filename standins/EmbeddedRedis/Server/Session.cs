using System.Globalization;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>A client as the commands see it. Everything here is read and written under the engine's lock.</summary>
internal sealed class Session(Engine engine, long id, ISessionTransport transport, ReplyWriter reply)
{
    /// <summary>The only user there is.</summary>
    public const string User = "default";

    public Engine Engine => engine;

    public long Id => id;

    public ISessionTransport Transport => transport;

    public ReplyWriter Reply => reply;

    public int DatabaseIndex { get; set; }

    public RedisDatabase Db => engine.Databases[DatabaseIndex];

    public string Name { get; set; } = "";

    /// <summary>The client gave the password, or came when none was asked for.</summary>
    public bool Authenticated { get; set; }

    /// <summary>The client may do something.</summary>
    public bool IsAdmitted => Authenticated || engine.Password.Length == 0;

    public bool NoEvict { get; set; }

    /// <summary>The connection closes once the replies are sent.</summary>
    public bool Closing { get; set; }

    public long CreatedAt { get; init; }

    public long LastCommandAt { get; set; }

    /// <summary>The full name of the latest command; null before the first.</summary>
    public string? LastCommand { get; set; }

    public Transaction Transaction { get; } = new();

    public HashSet<byte[]> Channels { get; } = new(ByteArrayComparer.Instance);

    public HashSet<byte[]> Patterns { get; } = new(ByteArrayComparer.Instance);

    public int Subscriptions => Channels.Count + Patterns.Count;

    /// <summary>The call that waits for a key; null when none does.</summary>
    public BlockedCall? Blocked { get; set; }

    /// <summary>The line of CLIENT LIST, without what this server does not measure (descriptors, buffers of the C implementation).</summary>
    public string Describe()
    {
        var now = engine.Now;
        var flags = (Subscriptions > 0 ? "P" : "") + (Transaction.IsOpen ? "x" : "") + (Blocked is null ? "" : "b")
            + (Transaction.IsStale ? "d" : "") + (Closing ? "c" : "") + (NoEvict ? "e" : "");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"id={id} addr={transport.Remote} laddr={transport.Local} name={Name} age={(now - CreatedAt) / 1000} idle={(now - LastCommandAt) / 1000} flags={(flags.Length == 0 ? "N" : flags)} db={DatabaseIndex} sub={Channels.Count} psub={Patterns.Count} ssub=0 multi={(Transaction.IsOpen ? Transaction.Queue.Count : -1)} omem={transport.Pending} cmd={LastCommand ?? "NULL"} user={User} resp={reply.Version}");
    }
}
