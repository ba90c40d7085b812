using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ccr.Standins.EmbeddedRedis.Commands;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>The text of INFO: what this server knows of itself, in Redis's sections and names.</summary>
internal static class ServerInfo
{
    private static readonly (string Name, Action<Engine, StringBuilder> Write)[] Sections =
    [
        ("Server", Server), ("Clients", Clients), ("Memory", Memory), ("Persistence", Persistence), ("Stats", Stats),
        ("Replication", Replication), ("Cluster", Cluster), ("Keyspace", Keyspace),
    ];

    /// <summary>The sections asked for, or all.</summary>
    public static string Describe(Engine engine, ReadOnlySpan<byte[]> wanted)
    {
        var all = wanted.IsEmpty;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in wanted)
        {
            all |= name.Is("all"u8) || name.Is("default"u8) || name.Is("everything"u8);
            names.Add(name.Text());
        }

        var text = new StringBuilder();
        foreach (var (name, write) in Sections)
        {
            if (all || names.Contains(name))
            {
                text.Append(text.Length > 0 ? "\r\n" : "").Append("# ").Append(name).Append("\r\n");
                write(engine, text);
            }
        }

        return text.ToString();
    }

    private static void Server(Engine engine, StringBuilder text)
    {
        var uptime = (engine.Now - engine.StartedAt) / 1000;
        Line(text, "redis_version", ServerCommands.Version);
        Line(text, "redis_mode", "standalone");
        Line(text, "server_name", "ccr-embedded-redis");
        Line(text, "os", RuntimeInformation.OSDescription);
        Line(text, "arch_bits", IntPtr.Size * 8);
        Line(text, "process_id", Environment.ProcessId);
        Line(text, "run_id", engine.RunId);
        Line(text, "tcp_port", engine.Port);
        Line(text, "server_time_usec", engine.Microseconds);
        Line(text, "uptime_in_seconds", uptime);
        Line(text, "uptime_in_days", uptime / 86_400);
    }

    private static void Clients(Engine engine, StringBuilder text)
    {
        Line(text, "connected_clients", engine.Sessions.Count);
        Line(text, "blocked_clients", engine.Blocking.Count);
    }

    private static void Memory(Engine engine, StringBuilder text)
    {
        Line(text, "used_memory", GC.GetTotalMemory(forceFullCollection: false));
        Line(text, "used_memory_rss", Environment.WorkingSet);
        Line(text, "maxmemory", 0);
        Line(text, "maxmemory_policy", "noeviction");
    }

    private static void Persistence(Engine engine, StringBuilder text)
    {
        Line(text, "loading", 0);
        Line(text, "rdb_changes_since_last_save", engine.Statistics.Changes - engine.Statistics.SavedChanges);
        Line(text, "rdb_last_save_time", engine.Statistics.LastSave);
        Line(text, "aof_enabled", 0);
    }

    private static void Stats(Engine engine, StringBuilder text)
    {
        Line(text, "total_connections_received", engine.Statistics.Connections);
        Line(text, "total_commands_processed", engine.Statistics.Commands);
        Line(text, "total_error_replies", engine.Statistics.Errors);
        Line(text, "expired_keys", engine.Databases.Sum(database => database.Expired));
        Line(text, "pubsub_channels", engine.PubSub.Channels.Count);
        Line(text, "pubsub_patterns", engine.PubSub.PatternCount);
    }

    private static void Replication(Engine engine, StringBuilder text)
    {
        Line(text, "role", "master");
        Line(text, "connected_slaves", 0);
        Line(text, "master_replid", engine.RunId);
        Line(text, "master_repl_offset", 0);
    }

    private static void Cluster(Engine engine, StringBuilder text) => Line(text, "cluster_enabled", 0);

    private static void Keyspace(Engine engine, StringBuilder text)
    {
        foreach (var database in engine.Databases.Where(database => database.Count > 0))
        {
            Line(text, "db" + database.Index.ToString(CultureInfo.InvariantCulture), $"keys={database.Count},expires={database.ExpiringCount},avg_ttl={database.MeanTimeToLive}");
        }
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append(name).Append(':').Append(value).Append("\r\n");

    private static void Line(StringBuilder text, string name, long value) => Line(text, name, value.ToString(CultureInfo.InvariantCulture));
}
