using System.Text;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>What the server is and can do.</summary>
internal static class ServerCommands
{
    /// <summary>The Redis whose behaviour this server has; clients choose features by it.</summary>
    public const string Version = "7.0.15";

    public static readonly CommandSpec[] Table =
    [
        new("info", -1, Loading | Stale, (0, 0, 0), "dangerous", Info),
        new("time", 1, Loading | Stale | Fast, (0, 0, 0), "", Time),
        new("command", -1, Loading | Stale, (0, 0, 0), "connection", Command)
        {
            Subcommands =
            [
                new("command|count", 2, Loading | Stale, (0, 0, 0), "connection", CommandCount),
                new("command|info", -2, Loading | Stale, (0, 0, 0), "connection", CommandInfo),
                new("command|list", -2, Loading | Stale, (0, 0, 0), "connection", CommandList),
            ],
        },
        new("cluster", -2, None, (0, 0, 0), "", CommandSpec.NeedsSubcommand)
        {
            Subcommands =
            [
                new("cluster|info", 2, Stale, (0, 0, 0), "", Cluster),
                new("cluster|keyslot", 3, Stale, (0, 0, 0), "", Cluster),
                new("cluster|myid", 2, Stale, (0, 0, 0), "", Cluster),
                new("cluster|nodes", 2, Stale, (0, 0, 0), "", Cluster),
                new("cluster|replicas", 3, Admin | Stale, (0, 0, 0), "", Cluster),
                new("cluster|shards", 2, Stale, (0, 0, 0), "", Cluster),
                new("cluster|slaves", 3, Admin | Stale, (0, 0, 0), "", Cluster),
                new("cluster|slots", 2, Stale, (0, 0, 0), "", Cluster),
            ],
        },
    ];

    private static void Info(Session s, byte[][] a) => s.Reply.Verbatim(ServerInfo.Describe(s.Engine, a.AsSpan(1)));

    private static void Time(Session s, byte[][] a)
    {
        var now = s.Engine.Microseconds;
        s.Reply.Array(2);
        s.Reply.Bulk(Integers.Format(now / 1_000_000));
        s.Reply.Bulk(Integers.Format(now % 1_000_000));
    }

    private static void Command(Session s, byte[][] a)
    {
        s.Reply.Array(CommandTable.Count);
        foreach (var spec in CommandTable.Commands)
        {
            Describe(s, spec);
        }
    }

    private static void CommandCount(Session s, byte[][] a) => s.Reply.Integer(CommandTable.Count);

    private static void CommandList(Session s, byte[][] a)
    {
        IEnumerable<string> names = CommandTable.Commands.SelectMany(spec => spec.Subcommands.Prepend(spec)).Select(spec => spec.Name);
        if (a.Length == 2)
        {
            // Without a filter only whole commands are listed.
            names = CommandTable.Commands.Select(spec => spec.Name);
        }
        else if (a.Length == 5 && a[2].Is("FILTERBY"u8) && a[3].Is("PATTERN"u8))
        {
            names = names.Where(name => Glob.IsMatch(a[4], Encoding.ASCII.GetBytes(name), ignoreCase: true));
        }
        else if (a.Length == 5 && a[2].Is("FILTERBY"u8) && a[3].Is("ACLCAT"u8))
        {
            var group = "@" + a[4].Text().ToLowerInvariant();
            names = CommandTable.Commands.SelectMany(spec => spec.Subcommands.Prepend(spec)).Where(spec => spec.GroupList.Contains(group)).Select(spec => spec.Name);
        }
        else if (a.Length == 5 && a[2].Is("FILTERBY"u8) && a[3].Is("MODULE"u8))
        {
            names = [];
        }
        else
        {
            throw RedisErrorException.Syntax();
        }

        s.Reply.BulkArray(names.Select(Encoding.ASCII.GetBytes).ToList());
    }

    private static void CommandInfo(Session s, byte[][] a)
    {
        if (a.Length == 2)
        {
            Command(s, a);
            return;
        }

        s.Reply.Array(a.Length - 2);
        foreach (var name in a.AsSpan(2))
        {
            var parts = name.Text().Split('|', 2);
            var spec = CommandTable.Find(Encoding.Latin1.GetBytes(parts[0]));
            if (spec is not null && parts.Length == 2)
            {
                spec = CommandTable.FindSubcommand(spec, Encoding.Latin1.GetBytes(parts[1]));
            }

            if (spec is null)
            {
                s.Reply.Null();
            }
            else
            {
                Describe(s, spec);
            }
        }
    }

    // A server outside a cluster knows the command and refuses it; clients ask to find out.
    private static void Cluster(Session s, byte[][] a) => throw new RedisErrorException("ERR This instance has cluster support disabled");

    // Hints and key specifications, which clients of 7.0 use for routing in clusters, are left empty.
    private static void Describe(Session s, CommandSpec spec)
    {
        s.Reply.Array(10);
        s.Reply.Bulk(spec.Name);
        s.Reply.Integer(spec.Arity);
        Names(spec.FlagList);
        s.Reply.Integer(spec.Keys.First);
        s.Reply.Integer(spec.Keys.Last);
        s.Reply.Integer(spec.Keys.Step);
        Names(spec.GroupList);
        s.Reply.Array(0);
        s.Reply.Array(0);
        s.Reply.Array(spec.Subcommands.Count);
        foreach (var subcommand in spec.Subcommands)
        {
            Describe(s, subcommand);
        }

        void Names(IEnumerable<string> names)
        {
            var list = names.ToList();
            s.Reply.Set(list.Count);
            list.ForEach(s.Reply.Status);
        }
    }
}
