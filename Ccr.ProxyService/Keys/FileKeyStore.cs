using System.Text.Json;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Keys;

/// <summary>Keys in keys.json of the router's folder, for a router without Redis. The file is watched, so that what another process writes counts soon.</summary>
internal sealed partial class FileKeyStore(KeyFolder folder, KeyRing ring, TimeProvider time, ILogger<FileKeyStore> log) : IKeyStore, IHostedService, IDisposable
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _gate = new(1);
    private ConfigWatcher? _watcher;
    private long _refreshed;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var seen = ConfigFile.ReadBytes(folder.Keys);
        Load();
        _refreshed = time.GetTimestamp();
        _watcher = new(folder.Keys, seen, new(), time, _ => Load());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _watcher?.Dispose();
        _gate.Dispose();
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<VirtualKey>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Parse(KeyFolder.Read(folder.Keys)));

    /// <inheritdoc/>
    public async Task<bool> TryReplaceAsync(VirtualKey? before, VirtualKey? after, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await folder.LockAsync(cancellationToken).ConfigureAwait(false);
            var keys = Parse(KeyFolder.Read(folder.Keys)).ToList();
            var at = keys.FindIndex(k => k.Id == (before ?? after)!.Id);
            if ((before is null) != (at < 0) || (before is not null && !Same(keys[at], before)))
            {
                return false;
            }

            if (at >= 0)
            {
                keys.RemoveAt(at);
            }

            if (after is not null)
            {
                if (keys.Exists(k => k.Name.Equals(after.Name, StringComparison.OrdinalIgnoreCase)))
                {
                    return false;
                }

                keys.Add(after);
            }

            KeyFolder.Write(folder.Keys, JsonSerializer.SerializeToUtf8Bytes(new KeyFileContent(keys), KeyJsonIndented.Default.KeyFileContent));
            ring.Replace(keys);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref _refreshed);
        if (time.GetElapsedTime(before) < RefreshInterval || Interlocked.CompareExchange(ref _refreshed, time.GetTimestamp(), before) != before)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Load();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Load()
    {
        try
        {
            ring.Replace(Parse(KeyFolder.Read(folder.Keys)));
        }
        catch (KeyStoreException e)
        {
            // The keys that were known stay in force; at the start there are none, and who sends one is told that it cannot be checked.
            Unusable(log, e.Message);
        }
    }

    private IReadOnlyList<VirtualKey> Parse(byte[] bytes)
    {
        try
        {
            return bytes.Length == 0 ? [] : JsonSerializer.Deserialize(bytes, KeyJson.Default.KeyFileContent)?.Keys ?? throw new KeyStoreException($"{folder.Keys} holds no keys");
        }
        catch (JsonException e)
        {
            throw new KeyStoreException($"{folder.Keys} is not what ccr wrote (line {e.LineNumber + 1}); mend it, or restore it from a copy", e);
        }
    }

    private static bool Same(VirtualKey one, VirtualKey other) =>
        JsonSerializer.SerializeToUtf8Bytes(one, KeyJson.Default.VirtualKey).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, KeyJson.Default.VirtualKey));

    [LoggerMessage(EventId = 7001, Level = LogLevel.Error, Message = "Virtual keys: {Reason}. Those known so far stay in force.")]
    private static partial void Unusable(ILogger log, string reason);
}
