using System.Security.Cryptography;
using System.Text;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Who the client is and what it speaks.</summary>
internal static class ConnectionCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("auth", -2, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, (0, 0, 0), "connection", Auth),
        new("hello", -1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, (0, 0, 0), "connection", Hello),
        new("ping", -1, Fast, (0, 0, 0), "connection", Ping),
        new("echo", 2, Loading | Stale | Fast, (0, 0, 0), "connection", Echo),
        new("select", 2, Loading | Stale | Fast, (0, 0, 0), "connection", Select),
        new("quit", -1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, (0, 0, 0), "connection", Quit),
        new("reset", 1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, (0, 0, 0), "connection", Reset),
    ];

    /// <summary>The database of a number.</summary>
    public static RedisDatabase Database(Session s, byte[] number)
    {
        var index = number.ToInteger();
        if (index is < int.MinValue or > int.MaxValue)
        {
            throw new RedisErrorException($"ERR value is out of range, value must between {int.MinValue} and {int.MaxValue}");
        }

        return index >= 0 && index < s.Engine.Databases.Count ? s.Engine.Databases[(int)index] : throw new RedisErrorException("ERR DB index is out of range");
    }

    private static void Auth(Session s, byte[][] a)
    {
        if (a.Length > 3)
        {
            throw RedisErrorException.Syntax();
        }

        if (a.Length == 2 && s.Engine.Password.Length == 0)
        {
            throw new RedisErrorException(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
        }

        Authenticate(s, a.Length == 3 ? a[1].Text() : Session.User, a[^1]);
        s.Reply.Ok();
    }

    private static void Hello(Session s, byte[][] a)
    {
        var version = s.Reply.Version;
        if (a.Length > 1)
        {
            if (!Integers.TryParse(a[1], out var wanted))
            {
                throw new RedisErrorException("ERR Protocol version is not an integer or out of range");
            }

            version = wanted is 2 or 3 ? (int)wanted : throw new RedisErrorException("NOPROTO unsupported protocol version");
        }

        string? user = null;
        byte[]? password = null;
        byte[]? name = null;
        for (var i = 2; i < a.Length; i++)
        {
            if (a[i].Is("AUTH"u8) && i + 2 < a.Length)
            {
                user = a[++i].Text();
                password = a[++i];
            }
            else if (a[i].Is("SETNAME"u8) && i + 1 < a.Length)
            {
                name = ClientCommands.CheckName(a[++i]);
            }
            else
            {
                throw new RedisErrorException($"ERR Syntax error in HELLO option '{a[i].Text()}'");
            }
        }

        if (user is not null)
        {
            Authenticate(s, user, password!);
        }

        if (!s.IsAdmitted)
        {
            throw new RedisErrorException(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time");
        }

        s.Name = name?.Text() ?? s.Name;
        s.Reply.Version = version;
        s.Reply.Map(7);
        s.Reply.Bulk("server");
        s.Reply.Bulk("redis");
        s.Reply.Bulk("version");
        s.Reply.Bulk(ServerCommands.Version);
        s.Reply.Bulk("proto");
        s.Reply.Integer(version);
        s.Reply.Bulk("id");
        s.Reply.Integer(s.Id);
        s.Reply.Bulk("mode");
        s.Reply.Bulk("standalone");
        s.Reply.Bulk("role");
        s.Reply.Bulk("master");
        s.Reply.Bulk("modules");
        s.Reply.Array(0);
    }

    private static void Ping(Session s, byte[][] a)
    {
        if (a.Length > 2)
        {
            throw RedisErrorException.WrongArity("ping");
        }

        if (s.Subscriptions > 0 && s.Reply.Version == 2)
        {
            s.Reply.Array(2);
            s.Reply.Bulk("pong");
            s.Reply.Bulk(a.Length == 2 ? a[1] : []);
        }
        else if (a.Length == 2)
        {
            s.Reply.Bulk(a[1]);
        }
        else
        {
            s.Reply.Status("PONG");
        }
    }

    private static void Echo(Session s, byte[][] a) => s.Reply.Bulk(a[1]);

    private static void Select(Session s, byte[][] a)
    {
        s.DatabaseIndex = Database(s, a[1]).Index;
        s.Reply.Ok();
    }

    private static void Quit(Session s, byte[][] a)
    {
        s.Reply.Ok();
        s.Closing = true;
    }

    private static void Reset(Session s, byte[][] a)
    {
        TransactionCommands.Abandon(s);
        s.Engine.PubSub.Release(s);
        s.DatabaseIndex = 0;
        s.Name = "";
        s.NoEvict = false;
        s.Reply.Version = 2;
        s.Authenticated = s.Engine.Password.Length == 0;
        s.Reply.Status("RESET");
    }

    private static void Authenticate(Session s, string user, byte[] password)
    {
        var expected = s.Engine.Password;
        var right = expected.Length == 0 || CryptographicOperations.FixedTimeEquals(password, Encoding.UTF8.GetBytes(expected));
        if (!right || user != Session.User)
        {
            throw new RedisErrorException("WRONGPASS invalid username-password pair or user is disabled.");
        }

        s.Authenticated = true;
    }
}
