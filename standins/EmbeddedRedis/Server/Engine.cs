using System.Security.Cryptography;
using Ccr.Standins.EmbeddedRedis.Commands;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>
/// The data and the one lock around it. A command runs alone from its first look at the data to its last reply byte, as in Redis;
/// time stands still meanwhile (<see cref="Now"/>).
/// </summary>
internal sealed class Engine
{
    private const int DatabaseCount = 16;
    private const int CollectAtOnce = 1000;

    // While listening, a RESP2 connection carries messages, so only these may be sent.
    private static readonly HashSet<string> WhileListening = ["subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ping", "quit", "reset"];

    // These are not queued by MULTI.
    private static readonly HashSet<string> Immediate = ["exec", "discard", "multi", "watch", "quit", "reset"];

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly SortedDictionary<long, Session> _sessions = [];
    private readonly HashSet<Session> _unflushed = [];
    private long _lastId;

    public Engine(EmbeddedRedisOptions options)
    {
        Options = options;
        Password = options.Password;
        _time = options.TimeProvider;
        MaxBulkLength = options.MaxBulkLength;
        PubSub = new PubSubRegistry(options.SubscriberBufferLimit);
        Databases = [.. Enumerable.Range(0, DatabaseCount).Select(i => new RedisDatabase(i, () => Now, OnChanged))];
        Tick();
        StartedAt = Now;
        Statistics.LastSave = Now / 1000;
    }

    public EmbeddedRedisOptions Options { get; }

    public IReadOnlyList<RedisDatabase> Databases { get; }

    public EncodingLimits Limits { get; } = new();

    public PubSubRegistry PubSub { get; }

    public BlockingRegistry Blocking { get; } = new();

    public WatchList Watches { get; } = new();

    public ServerStatistics Statistics { get; } = new();

    public IReadOnlyCollection<Session> Sessions => _sessions.Values;

    /// <summary>What AUTH must give; empty: everyone is welcome.</summary>
    public string Password { get; set; }

    public long MaxBulkLength { get; set; }

    /// <summary>The port it is reached by, for INFO and CONFIG GET; 0 before the server listens.</summary>
    public int Port { get; set; }

    public string RunId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>Unix milliseconds; constant during a command.</summary>
    public long Now { get; private set; }

    /// <summary>Unix milliseconds of the start.</summary>
    public long StartedAt { get; }

    /// <summary>Unix microseconds, of this very moment.</summary>
    public long Microseconds => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public Session Open(ISessionTransport transport, ReplyWriter reply)
    {
        lock (_gate)
        {
            Tick();
            var session = new Session(this, ++_lastId, transport, reply) { CreatedAt = Now, LastCommandAt = Now, Authenticated = Password.Length == 0 };
            _sessions.Add(session.Id, session);
            Statistics.Connections++;
            return session;
        }
    }

    /// <summary>Forgets a session: nothing is written to it afterwards.</summary>
    public void Close(Session session)
    {
        lock (_gate)
        {
            Unblock(session);
            PubSub.Release(session);
            Watches.Release(session);
            _sessions.Remove(session.Id);
            _unflushed.Remove(session);
        }
    }

    /// <summary>Ends a wait whose client has gone.</summary>
    public void Unblock(Session session)
    {
        lock (_gate)
        {
            if (session.Blocked is { } call)
            {
                Blocking.Remove(call);
            }
        }
    }

    /// <summary>Runs one request of a session and serves whom it set free. The session's own replies wait for <see cref="Flush"/>.</summary>
    public void Execute(Session session, byte[][] arguments)
    {
        lock (_gate)
        {
            Tick();
            Statistics.Commands++;
            session.LastCommandAt = Now;
            Dispatch(session, arguments);
            Settle();
            foreach (var other in _unflushed)
            {
                if (other != session)
                {
                    other.Transport.Flush();
                }
            }

            _unflushed.Clear();
        }
    }

    public void Flush(Session session)
    {
        lock (_gate)
        {
            session.Transport.Flush();
        }
    }

    /// <summary>Answers bytes that were no request.</summary>
    public void Reject(Session session, ProtocolException error)
    {
        lock (_gate)
        {
            Statistics.Errors++;
            session.Reply.Error(error.Message);
            session.Closing = true;
        }
    }

    /// <summary>Runs a command that has passed all checks; its error becomes its reply.</summary>
    public void Call(Session session, CommandSpec spec, byte[][] arguments)
    {
        session.LastCommand = spec.Name;
        try
        {
            spec.Handler(session, arguments);
        }
        catch (RedisErrorException error)
        {
            Statistics.Errors++;
            session.Reply.Error(error.Message);
        }
        catch (Exception error)
        {
            // A defect of this server, or no memory: the reply may be half written, so the connection cannot go on. Others can.
            Statistics.Errors++;
            Options.Warn($"The command {spec.Name} failed: {error.GetType().Name}: {error.Message}");
            session.Reply.Error("ERR internal error");
            session.Closing = true;
        }
    }

    /// <summary>Makes the session wait for one of the keys; inside a transaction it does not wait.</summary>
    /// <param name="session">Who waits.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="timeout">Milliseconds; 0 waits for ever.</param>
    /// <param name="tryServe">Replies from a key and returns true, or does nothing.</param>
    public void Block(Session session, IReadOnlyList<byte[]> keys, long timeout, Func<byte[], bool> tryServe)
    {
        if (session.Transaction.IsRunning)
        {
            session.Reply.NullArray();
            return;
        }

        var call = new BlockedCall(session, session.Db, keys, tryServe);
        Blocking.Add(call);
        if (timeout > 0)
        {
            // A timer takes at most about 49 days; a longer wait is as good as that.
            call.Timer = _time.CreateTimer(_ => GiveUp(call), null, TimeSpan.FromMilliseconds(Math.Min(timeout, uint.MaxValue - 1L)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Something was written to another session's replies.</summary>
    public void Written(Session session) => _unflushed.Add(session);

    /// <summary>Removes keys whose time has come, in slices so that commands are not kept waiting.</summary>
    public void CollectExpired()
    {
        for (var done = false; !done;)
        {
            lock (_gate)
            {
                Tick();
                done = Databases.All(database => database.CollectExpired(CollectAtOnce));
            }
        }
    }

    /// <summary>Does something while no command runs.</summary>
    public T Alone<T>(Func<Engine, T> action)
    {
        lock (_gate)
        {
            Tick();
            return action(this);
        }
    }

    private void Dispatch(Session session, byte[][] arguments)
    {
        var spec = CommandTable.Find(arguments[0]);
        if (spec is null)
        {
            if (arguments[0].Is("POST"u8) || arguments[0].Is("Host:"u8))
            {
                // A web page makes a browser talk to this port: hang up before the request's body is run as commands, as Redis does.
                session.Closing = true;
                return;
            }

            Refuse(session, null, UnknownCommand.Describe(arguments));
            return;
        }

        if (spec.Subcommands.Count > 0 && arguments.Length > 1)
        {
            var container = spec;
            spec = CommandTable.FindSubcommand(container, arguments[1]);
            if (spec is null)
            {
                Refuse(session, null, UnknownCommand.DescribeSubcommand(container, arguments[1]));
                return;
            }
        }

        if (!spec.AcceptsCount(arguments.Length))
        {
            Refuse(session, spec, RedisErrorException.WrongArity(spec.Name).Message);
        }
        else if (!session.IsAdmitted && !spec.Flags.HasFlag(CommandFlags.NoAuth))
        {
            Refuse(session, spec, "NOAUTH Authentication required.");
        }
        else if (session.Reply.Version == 2 && session.Subscriptions > 0 && !WhileListening.Contains(spec.Name))
        {
            Refuse(session, spec, $"ERR Can't execute '{spec.Name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
        }
        else if (session.Transaction.IsOpen && !Immediate.Contains(spec.Name))
        {
            session.Transaction.Queue.Add((spec, arguments));
            session.Reply.Status("QUEUED");
        }
        else
        {
            Call(session, spec, arguments);
        }
    }

    private void Refuse(Session session, CommandSpec? spec, string error)
    {
        Statistics.Errors++;
        if (spec?.Name == "exec")
        {
            session.Transaction.Close();
            Watches.Release(session);
            const string Code = "ERR ";
            error = "EXECABORT Transaction discarded because of: " + (error.StartsWith(Code, StringComparison.Ordinal) ? error[Code.Length..] : error);
        }
        else if (session.Transaction.IsOpen)
        {
            session.Transaction.IsBroken = true;
        }

        session.Reply.Error(error);
    }

    private void GiveUp(BlockedCall call)
    {
        lock (_gate)
        {
            if (call.Session.Blocked == call)
            {
                call.Session.Reply.NullArray();
                call.Session.Transport.Flush();
                Blocking.Remove(call);
            }
        }
    }

    private void OnChanged(RedisDatabase database, byte[] key)
    {
        Statistics.Changes++;
        Watches.OnChanged(database, key);
        Blocking.OnChanged(database, key);
    }

    private void Settle() => Blocking.ServeChanged(Written);

    private void Tick() => Now = _time.GetUtcNow().ToUnixTimeMilliseconds();
}
