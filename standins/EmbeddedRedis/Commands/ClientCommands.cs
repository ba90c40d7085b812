using System.Text;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The connections themselves.</summary>
internal static class ClientCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("client", -2, None, (0, 0, 0), "", CommandSpec.NeedsSubcommand)
        {
            Subcommands =
            [
                new("client|getname", 2, NoScript | Loading | Stale, (0, 0, 0), "connection", ClientGetName),
                new("client|id", 2, NoScript | Loading | Stale, (0, 0, 0), "connection", ClientId),
                new("client|info", 2, NoScript | Loading | Stale, (0, 0, 0), "connection", ClientInfo),
                new("client|kill", -3, Admin | NoScript | Loading | Stale, (0, 0, 0), "connection", ClientKill),
                new("client|list", -2, Admin | NoScript | Loading | Stale, (0, 0, 0), "connection", ClientList),
                new("client|no-evict", 3, Admin | NoScript | Loading | Stale, (0, 0, 0), "connection", ClientNoEvict),
                new("client|setname", 3, NoScript | Loading | Stale, (0, 0, 0), "connection", ClientSetName),
            ],
        },
    ];

    /// <summary>A name without spaces, line breaks and other special characters.</summary>
    public static byte[] CheckName(byte[] name) => name.AsSpan().IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0
        ? name
        : throw new RedisErrorException("ERR Client names cannot contain spaces, newlines or special characters.");

    private static void ClientId(Session s, byte[][] a) => s.Reply.Integer(s.Id);

    private static void ClientGetName(Session s, byte[][] a)
    {
        if (s.Name.Length == 0)
        {
            s.Reply.Null();
        }
        else
        {
            s.Reply.Bulk(s.Name);
        }
    }

    private static void ClientSetName(Session s, byte[][] a)
    {
        s.Name = CheckName(a[2]).Text();
        s.Reply.Ok();
    }

    private static void ClientNoEvict(Session s, byte[][] a)
    {
        s.NoEvict = a[2].Is("ON"u8) || (a[2].Is("OFF"u8) ? false : throw RedisErrorException.Syntax());
        s.Reply.Ok();
    }

    private static void ClientInfo(Session s, byte[][] a) => s.Reply.Verbatim(s.Describe() + "\n");

    private static void ClientList(Session s, byte[][] a)
    {
        Func<Session, bool> chosen = _ => true;
        if (a.Length == 4 && a[2].Is("TYPE"u8))
        {
            chosen = OfType(a[3]);
        }
        else if (a.Length > 3 && a[2].Is("ID"u8))
        {
            var ids = a[3..].Select(text => Integers.TryParse(text, out var id) ? id : throw new RedisErrorException("ERR Invalid client ID")).ToHashSet();
            chosen = client => ids.Contains(client.Id);
        }
        else if (a.Length != 2)
        {
            throw RedisErrorException.Syntax();
        }

        var list = new StringBuilder();
        foreach (var client in s.Engine.Sessions.Where(chosen))
        {
            list.Append(client.Describe()).Append('\n');
        }

        s.Reply.Verbatim(list.ToString());
    }

    private static void ClientKill(Session s, byte[][] a)
    {
        var old = a.Length == 3;
        var skipSelf = !old;
        var filters = new List<Func<Session, bool>>();
        for (var i = old ? 1 : 2; i < a.Length; i += 2)
        {
            if (!old && i + 1 == a.Length)
            {
                throw RedisErrorException.Syntax();
            }

            var value = a[i + 1];
            if (old || a[i].Is("ADDR"u8))
            {
                filters.Add(client => client.Transport.Remote.ToString() == value.Text());
            }
            else if (a[i].Is("LADDR"u8))
            {
                filters.Add(client => client.Transport.Local.ToString() == value.Text());
            }
            else if (a[i].Is("ID"u8))
            {
                var id = Integers.TryParse(value, out var number) && number > 0 ? number : throw new RedisErrorException("ERR client-id should be greater than 0");
                filters.Add(client => client.Id == id);
            }
            else if (a[i].Is("TYPE"u8))
            {
                filters.Add(OfType(value));
            }
            else if (a[i].Is("USER"u8))
            {
                filters.Add(value.Text() == Session.User ? _ => true : throw new RedisErrorException($"ERR No such user '{value.Text()}'"));
            }
            else if (a[i].Is("SKIPME"u8))
            {
                skipSelf = value.Is("yes"u8) || (value.Is("no"u8) ? false : throw RedisErrorException.Syntax());
            }
            else
            {
                throw RedisErrorException.Syntax();
            }
        }

        var killed = 0;
        foreach (var client in s.Engine.Sessions.Where(client => filters.TrueForAll(filter => filter(client)) && !(skipSelf && client == s)))
        {
            killed++;
            client.Closing = true;
            if (client != s)
            {
                client.Transport.Abort();
            }
        }

        if (!old)
        {
            s.Reply.Integer(killed);
        }
        else if (killed > 0)
        {
            s.Reply.Ok();
        }
        else
        {
            throw new RedisErrorException("ERR No such client");
        }
    }

    private static Func<Session, bool> OfType(byte[] name)
    {
        if (name.Is("normal"u8))
        {
            return client => client.Subscriptions == 0;
        }

        if (name.Is("pubsub"u8))
        {
            return client => client.Subscriptions > 0;
        }

        // Replication does not exist here, but its names do.
        return name.Is("master"u8) || name.Is("replica"u8) || name.Is("slave"u8)
            ? _ => false
            : throw new RedisErrorException($"ERR Unknown client type '{name.Text()}'");
    }
}
