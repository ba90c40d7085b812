using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Several commands as one.</summary>
internal static class TransactionCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("multi", 1, NoScript | Loading | Stale | Fast | AllowBusy, (0, 0, 0), "transaction", Multi),
        new("exec", 1, NoScript | Loading | Stale | SkipSlowLog, (0, 0, 0), "transaction", Exec),
        new("discard", 1, NoScript | Loading | Stale | Fast | AllowBusy, (0, 0, 0), "transaction", Discard),
        new("watch", -2, NoScript | Loading | Stale | Fast | AllowBusy, (1, -1, 1), "transaction", Watch),
        new("unwatch", 1, NoScript | Loading | Stale | Fast | AllowBusy, (0, 0, 0), "transaction", Unwatch),
    ];

    /// <summary>Forgets the queue and the watched keys.</summary>
    public static void Abandon(Session s)
    {
        s.Transaction.Close();
        s.Engine.Watches.Release(s);
    }

    private static void Multi(Session s, byte[][] a)
    {
        if (s.Transaction.IsOpen)
        {
            throw new RedisErrorException("ERR MULTI calls can not be nested");
        }

        s.Transaction.IsOpen = true;
        s.Reply.Ok();
    }

    private static void Exec(Session s, byte[][] a)
    {
        var transaction = s.Transaction;
        if (!transaction.IsOpen)
        {
            throw new RedisErrorException("ERR EXEC without MULTI");
        }

        foreach (var (database, key) in transaction.Watched)
        {
            // A watched key whose time has come changes now.
            database.Peek(key);
        }

        if (transaction.IsBroken)
        {
            Abandon(s);
            throw new RedisErrorException("EXECABORT Transaction discarded because of previous errors.");
        }

        if (transaction.IsStale)
        {
            Abandon(s);
            s.Reply.NullArray();
            return;
        }

        s.Engine.Watches.Release(s);
        transaction.IsRunning = true;
        s.Reply.Array(transaction.Queue.Count);
        foreach (var (spec, arguments) in transaction.Queue)
        {
            s.Engine.Call(s, spec, arguments);
        }

        transaction.Close();
    }

    private static void Discard(Session s, byte[][] a)
    {
        if (!s.Transaction.IsOpen)
        {
            throw new RedisErrorException("ERR DISCARD without MULTI");
        }

        Abandon(s);
        s.Reply.Ok();
    }

    private static void Watch(Session s, byte[][] a)
    {
        if (s.Transaction.IsOpen)
        {
            throw new RedisErrorException("ERR WATCH inside MULTI is not allowed");
        }

        foreach (var key in a.AsSpan(1))
        {
            s.Engine.Watches.Add(s, key);
        }

        s.Reply.Ok();
    }

    private static void Unwatch(Session s, byte[][] a)
    {
        s.Engine.Watches.Release(s);
        s.Reply.Ok();
    }
}
