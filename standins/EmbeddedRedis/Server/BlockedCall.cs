using Ccr.Standins.EmbeddedRedis.Data;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>A call that waits until one of its keys can serve it.</summary>
/// <param name="session">Who waits.</param>
/// <param name="database">Where the keys are.</param>
/// <param name="keys">The keys it waits for.</param>
/// <param name="tryServe">Replies from a key and returns true, or does nothing.</param>
internal sealed class BlockedCall(Session session, RedisDatabase database, IReadOnlyList<byte[]> keys, Func<byte[], bool> tryServe)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Session Session => session;

    public RedisDatabase Database => database;

    public IReadOnlyList<byte[]> Keys => keys;

    /// <summary>Ends the call with a null reply when it fires; null: waits for ever.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Completes when the session may go on.</summary>
    public Task Completion => _completion.Task;

    public bool TryServe(byte[] key) => tryServe(key);

    public void Complete()
    {
        Timer?.Dispose();
        _completion.TrySetResult();
    }
}
