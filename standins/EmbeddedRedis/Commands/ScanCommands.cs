using System.Text;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Walking through keys and collections.</summary>
internal static class ScanCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("keys", 2, ReadOnly, (0, 0, 0), "keyspace dangerous", Keys),
        new("scan", -2, ReadOnly, (0, 0, 0), "keyspace", Scan),
        new("hscan", -3, ReadOnly, (1, 1, 1), "hash", HScan),
        new("sscan", -3, ReadOnly, (1, 1, 1), "set", SScan),
        new("zscan", -3, ReadOnly, (1, 1, 1), "sortedset", ZScan),
    ];

    private static void Keys(Session s, byte[][] a)
    {
        var found = new List<byte[]>();
        foreach (var (key, entry) in s.Db.Keys.Entries)
        {
            if (!s.Db.IsDue(entry) && Glob.IsMatch(a[1], key))
            {
                found.Add(key);
            }
        }

        s.Reply.BulkArray(found);
    }

    private static void Scan(Session s, byte[][] a)
    {
        var cursor = ScanOptions.ParseCursor(a[1]);
        var options = ScanOptions.Parse(a.AsSpan(2), withType: true);
        var found = new List<byte[]>();
        var next = s.Db.Keys.Scan(cursor, options.Count, pair =>
        {
            if (options.Matches(pair.Key) && options.MatchesType(pair.Value.Value.TypeName) && !s.Db.IsDue(pair.Value))
            {
                found.Add(pair.Key);
            }
        });
        ReplyStep(s, next, found);
    }

    private static void HScan(Session s, byte[][] a)
    {
        var cursor = ScanOptions.ParseCursor(a[2]);
        if (s.Db.Get<HashValue>(a[1]) is not { } hash)
        {
            ReplyStep(s, 0, []);
            return;
        }

        var options = ScanOptions.Parse(a.AsSpan(3), withType: false);
        var found = new List<byte[]>();
        if (hash.Packed)
        {
            foreach (var pair in hash.Fields.Entries)
            {
                Collect(pair);
            }

            cursor = 0;
        }
        else
        {
            cursor = hash.Fields.Scan(cursor, options.Count, Collect);
        }

        ReplyStep(s, cursor, found);

        void Collect(KeyValuePair<byte[], byte[]> pair)
        {
            if (options.Matches(pair.Key))
            {
                found.Add(pair.Key);
                found.Add(pair.Value);
            }
        }
    }

    private static void SScan(Session s, byte[][] a)
    {
        var cursor = ScanOptions.ParseCursor(a[2]);
        if (s.Db.Get<SetValue>(a[1]) is not { } set)
        {
            ReplyStep(s, 0, []);
            return;
        }

        var options = ScanOptions.Parse(a.AsSpan(3), withType: false);
        if (set.Packed)
        {
            ReplyStep(s, 0, set.ToList().FindAll(options.Matches));
            return;
        }

        var found = new List<byte[]>();
        cursor = set.Scan(cursor, options.Count, member =>
        {
            if (options.Matches(member))
            {
                found.Add(member);
            }
        });
        ReplyStep(s, cursor, found);
    }

    private static void ZScan(Session s, byte[][] a)
    {
        var cursor = ScanOptions.ParseCursor(a[2]);
        if (s.Db.Get<SortedSetValue>(a[1]) is not { } set)
        {
            ReplyStep(s, 0, []);
            return;
        }

        var options = ScanOptions.Parse(a.AsSpan(3), withType: false);
        var found = new List<byte[]>();
        if (set.Packed)
        {
            for (var node = set.Order.First; node is not null; node = node.Next)
            {
                Collect(node.Member, Doubles.FormatPacked(node.Score));
            }

            cursor = 0;
        }
        else
        {
            cursor = set.Scores.Scan(cursor, options.Count, pair => Collect(pair.Key, Doubles.Format(pair.Value)));
        }

        ReplyStep(s, cursor, found);

        void Collect(byte[] member, string score)
        {
            if (options.Matches(member))
            {
                found.Add(member);
                found.Add(Encoding.ASCII.GetBytes(score));
            }
        }
    }

    private static void ReplyStep(Session s, ulong cursor, List<byte[]> items)
    {
        s.Reply.Array(2);
        s.Reply.Bulk(cursor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        s.Reply.BulkArray(items);
    }
}
