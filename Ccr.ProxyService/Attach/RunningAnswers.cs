using System.Collections.Concurrent;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Attach;

/// <summary>The running calls of this process by what makes a request identical.</summary>
internal sealed class RunningAnswers : IDisposable
{
    private readonly ConcurrentDictionary<AttachKey, RunningAnswer> _running = new();
    private readonly CancellationTokenRegistration _stopping;

    /// <summary>Knows when the host stops.</summary>
    public RunningAnswers(TimeProvider time, IHostApplicationLifetime lifetime)
    {
        Time = time;
        _stopping = lifetime.ApplicationStopping.Register(Stop);
    }

    /// <summary>The clock of the windows.</summary>
    public TimeProvider Time { get; }

    /// <summary>True once the host stops: then no call waits for a client.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Those that can be attached to now.</summary>
    public IReadOnlyCollection<RunningAnswer> All => [.. _running.Values];

    /// <summary>
    /// Attaches a request to an identical one, or makes it one that others may attach to, as <see cref="ProxyCall.Running"/>. Null in the latter case, and where the
    /// configuration or the client wants nothing of it.
    /// </summary>
    public AttachedClient? Enter(ProxyCall call)
    {
        var http = call.Http;
        if (!call.Config.Attach.Enabled || http.Request.Headers["x-ccr-attach"].ToString().Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var key = AttachKey.Of(http.Request, call.Body.Span);
        RunningAnswer? own = null;
        while (true)
        {
            if (_running.TryGetValue(key, out var running))
            {
                if (!call.Config.Attach.Concurrent && !running.IsFirstGone && !IsTryAgain(http.Request))
                {
                    // Another one that happens to be the same: it gets an answer of its own.
                    own?.Dispose();
                    return null;
                }

                if (running.TryAttach(http) is { } reader)
                {
                    own?.Dispose();
                    return new(running, reader);
                }

                Remove(running);
            }

            own ??= new(this, key, http, call.RequestId, call.Config.Attach);
            if (_running.TryAdd(key, own))
            {
                call.Running = own;
                own.Install();
                return null;
            }
        }
    }

    /// <summary>It can no longer be attached to.</summary>
    public void Remove(RunningAnswer answer) => _running.TryRemove(KeyValuePair.Create(answer.Key, answer));

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Whether a client's library says that it asks again.</summary>
    private static bool IsTryAgain(HttpRequest request) => request.Headers["x-stainless-retry-count"] is { Count: > 0 } count && count != "0";

    private void Stop()
    {
        IsStopping = true;
        foreach (var (_, answer) in _running)
        {
            answer.Stop();
        }
    }
}
