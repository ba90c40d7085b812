using Ccr.Standins.EmbeddedRedis.Commands;
using Ccr.Standins.EmbeddedRedis.Data;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>A session's MULTI and WATCH.</summary>
internal sealed class Transaction
{
    /// <summary>MULTI was given; commands are queued.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The queue is being run; nothing may block.</summary>
    public bool IsRunning { get; set; }

    /// <summary>A command could not be queued: EXEC will refuse.</summary>
    public bool IsBroken { get; set; }

    /// <summary>A watched key changed: EXEC will do nothing.</summary>
    public bool IsStale { get; set; }

    public List<(CommandSpec Spec, byte[][] Arguments)> Queue { get; } = [];

    /// <summary>Watched keys; a key that was already due when it was watched may vanish without harm.</summary>
    public List<(RedisDatabase Database, byte[] Key)> Watched { get; } = [];

    /// <summary>Forgets the queue. Watched keys are released by <see cref="WatchList"/>.</summary>
    public void Close()
    {
        IsOpen = IsRunning = IsBroken = IsStale = false;
        Queue.Clear();
    }
}
