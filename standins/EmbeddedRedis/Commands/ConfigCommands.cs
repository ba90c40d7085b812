using System.Globalization;
using System.Text;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The few settings there are. Those that cannot be changed say so as Redis does of its own such settings.</summary>
internal static class ConfigCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("config", -2, None, (0, 0, 0), "", CommandSpec.NeedsSubcommand)
        {
            Subcommands =
            [
                new("config|get", -3, Admin | NoScript | Loading | Stale, (0, 0, 0), "", ConfigGet),
                new("config|set", -4, Admin | NoScript | Loading | Stale, (0, 0, 0), "", ConfigSet),
            ],
        },
    ];

    private static readonly Setting[] Settings =
    [
        Fixed("appendonly", _ => "no"),
        Fixed("bind", e => e.Options.Address.ToString()),
        Fixed("databases", e => e.Databases.Count.ToString(CultureInfo.InvariantCulture)),
        Fixed("maxmemory", _ => "0"),
        Fixed("maxmemory-policy", _ => "noeviction"),
        Fixed("port", e => e.Port.ToString(CultureInfo.InvariantCulture)),
        Fixed("replica-read-only", _ => "yes"),
        Fixed("slave-read-only", _ => "yes"),
        Fixed("save", _ => ""),
        Fixed("timeout", _ => "0"),
        new("requirepass", e => e.Password, (e, value) => e.Password = Encoding.UTF8.GetString(value)),
        Number("proto-max-bulk-len", 1024 * 1024, e => e.MaxBulkLength, (e, value) => e.MaxBulkLength = value),
        Number("hash-max-listpack-entries", 0, e => e.Limits.HashEntries, (e, value) => e.Limits.HashEntries = value),
        Number("hash-max-listpack-value", 0, e => e.Limits.HashValueLength, (e, value) => e.Limits.HashValueLength = value),
        Number("set-max-intset-entries", 0, e => e.Limits.SetIntegers, (e, value) => e.Limits.SetIntegers = value),
        Number("zset-max-listpack-entries", 0, e => e.Limits.SortedSetEntries, (e, value) => e.Limits.SortedSetEntries = value),
        Number("zset-max-listpack-value", 0, e => e.Limits.SortedSetValueLength, (e, value) => e.Limits.SortedSetValueLength = value),
    ];

    private static void ConfigGet(Session s, byte[][] a)
    {
        var found = new Dictionary<Setting, byte[]>();
        foreach (var pattern in a.AsSpan(2))
        {
            // A name is replied as it was asked for, a pattern with the names it found.
            var isPattern = pattern.AsSpan().IndexOfAny("*?["u8) >= 0;
            foreach (var setting in Settings)
            {
                var name = Encoding.ASCII.GetBytes(setting.Name);
                if (isPattern ? Glob.IsMatch(pattern, name, ignoreCase: true) : pattern.Is(name))
                {
                    found.TryAdd(setting, isPattern ? name : pattern);
                }
            }
        }

        s.Reply.Map(found.Count);
        foreach (var (setting, name) in found)
        {
            s.Reply.Bulk(name);
            s.Reply.Bulk(setting.Get(s.Engine));
        }
    }

    private static void ConfigSet(Session s, byte[][] a)
    {
        if (a.Length % 2 != 0)
        {
            throw RedisErrorException.Syntax();
        }

        var changes = new List<(Setting Setting, byte[] Value)>();
        for (var i = 2; i < a.Length; i += 2)
        {
            var setting = Array.Find(Settings, candidate => a[i].Is(Encoding.ASCII.GetBytes(candidate.Name)))
                ?? throw new RedisErrorException($"ERR Unknown option or number of arguments for CONFIG SET - '{a[i].Text()}'");
            if (setting.Set is null)
            {
                throw Failed(setting, "can't set immutable config");
            }

            if (changes.Exists(change => change.Setting == setting))
            {
                throw Failed(setting, "duplicate parameter");
            }

            changes.Add((setting, a[i + 1]));
        }

        // All values are checked before the first is set.
        foreach (var (setting, value) in changes)
        {
            if (setting.Check(value) is { } problem)
            {
                throw Failed(setting, problem);
            }
        }

        changes.ForEach(change => change.Setting.Set!(s.Engine, change.Value));
        s.Reply.Ok();
    }

    private static RedisErrorException Failed(Setting setting, string problem) =>
        new($"ERR CONFIG SET failed (possibly related to argument '{setting.Name}') - {problem}");

    private static Setting Fixed(string name, Func<Engine, string> get) => new(name, get, null);

    private static Setting Number(string name, long least, Func<Engine, long> get, Action<Engine, long> set) =>
        new(name, e => get(e).ToString(CultureInfo.InvariantCulture), (e, value) => set(e, value.ToInteger()))
        {
            Check = value => !Integers.TryParse(value, out var number) ? "argument couldn't be parsed into an integer"
                : number < least ? $"argument must be between {least} and {long.MaxValue} inclusive"
                : null,
        };

    /// <summary>A setting; without a setter it is fixed.</summary>
    private sealed record Setting(string Name, Func<Engine, string> Get, Action<Engine, byte[]>? Set)
    {
        /// <summary>What is wrong with a value; null when nothing is.</summary>
        public Func<byte[], string?> Check { get; init; } = _ => null;
    }
}
