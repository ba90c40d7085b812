using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Messages to whoever listens.</summary>
internal static class PubSubCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("subscribe", -2, PubSub | NoScript | Loading | Stale, (0, 0, 0), "", Subscribe),
        new("unsubscribe", -1, PubSub | NoScript | Loading | Stale, (0, 0, 0), "", Unsubscribe),
        new("psubscribe", -2, PubSub | NoScript | Loading | Stale, (0, 0, 0), "", PSubscribe),
        new("punsubscribe", -1, PubSub | NoScript | Loading | Stale, (0, 0, 0), "", PUnsubscribe),
        new("publish", 3, PubSub | Loading | Stale | Fast, (0, 0, 0), "", Publish),
        new("pubsub", -2, None, (0, 0, 0), "", CommandSpec.NeedsSubcommand)
        {
            Subcommands =
            [
                new("pubsub|channels", -2, PubSub | Loading | Stale, (0, 0, 0), "", PubSubChannels),
                new("pubsub|numpat", 2, PubSub | Loading | Stale, (0, 0, 0), "", PubSubNumPat),
                new("pubsub|numsub", -2, PubSub | Loading | Stale, (0, 0, 0), "", PubSubNumSub),
            ],
        },
    ];

    private static void Subscribe(Session s, byte[][] a)
    {
        foreach (var channel in a.AsSpan(1))
        {
            s.Engine.PubSub.Subscribe(s, channel);
            Confirm(s, "subscribe", channel);
        }
    }

    private static void PSubscribe(Session s, byte[][] a)
    {
        foreach (var pattern in a.AsSpan(1))
        {
            s.Engine.PubSub.SubscribePattern(s, pattern);
            Confirm(s, "psubscribe", pattern);
        }
    }

    private static void Unsubscribe(Session s, byte[][] a) => Release(s, a, "unsubscribe", s.Channels, s.Engine.PubSub.Unsubscribe);

    private static void PUnsubscribe(Session s, byte[][] a) => Release(s, a, "punsubscribe", s.Patterns, s.Engine.PubSub.UnsubscribePattern);

    private static void Publish(Session s, byte[][] a) => s.Reply.Integer(s.Engine.PubSub.Publish(a[1], a[2], s.Engine.Written));

    private static void PubSubChannels(Session s, byte[][] a)
    {
        if (a.Length > 3)
        {
            throw Wrong(a[1]);
        }

        s.Reply.BulkArray(s.Engine.PubSub.Channels.Where(channel => a.Length == 2 || Glob.IsMatch(a[2], channel)).ToList());
    }

    private static void PubSubNumSub(Session s, byte[][] a)
    {
        s.Reply.Array((a.Length - 2) * 2);
        foreach (var channel in a.AsSpan(2))
        {
            s.Reply.Bulk(channel);
            s.Reply.Integer(s.Engine.PubSub.Subscribers(channel));
        }
    }

    private static void PubSubNumPat(Session s, byte[][] a) => s.Reply.Integer(s.Engine.PubSub.PatternCount);

    /// <summary>How a container answers arguments that none of its subcommands takes.</summary>
    private static RedisErrorException Wrong(byte[] subcommand) =>
        new($"ERR unknown subcommand or wrong number of arguments for '{subcommand.Text()}'. Try PUBSUB HELP.");

    private static void Release(Session s, byte[][] a, string kind, HashSet<byte[]> own, Action<Session, byte[]> release)
    {
        var names = a.Length > 1 ? a[1..] : [.. own];
        foreach (var name in names)
        {
            release(s, name);
            Confirm(s, kind, name);
        }

        if (names.Length == 0)
        {
            Confirm(s, kind, null);
        }
    }

    private static void Confirm(Session s, string kind, byte[]? name)
    {
        s.Reply.Push(3);
        s.Reply.Bulk(kind);
        s.Reply.BulkOrNull(name);
        s.Reply.Integer(s.Subscriptions);
    }
}
