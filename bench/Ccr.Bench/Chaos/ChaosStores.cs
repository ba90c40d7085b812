using Ccr.Bench.Processes;

namespace Ccr.Bench.Chaos;

/// <summary>Redis and the tokenizer, which no request may wait for: they are killed and come back on the same ports.</summary>
internal sealed class ChaosStores(DirectoryInfo folder) : IAsyncDisposable
{
    private readonly int _redisPort = ChildProgram.FreePort();
    private readonly int _tokenizerPort = ChildProgram.FreePort();
    private readonly string _redisProgram = Programs.OnPath("redis-server") ?? throw new InvalidOperationException("redis-server is not on PATH");
    private ChildProgram? _redis;
    private ChildProgram? _tokenizer;

    /// <summary>What the proxy is told of them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables =>
        [new("ConnectionStrings__redis", $"127.0.0.1:{_redisPort}"), new("services__tokenizer__http__0", $"http://127.0.0.1:{_tokenizerPort}")];

    /// <summary>Kills of Redis.</summary>
    public int RedisKills { get; private set; }

    /// <summary>Kills of the tokenizer.</summary>
    public int TokenizerKills { get; private set; }

    /// <summary>Starts both.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await StartRedisAsync(cancel);
        await StartTokenizerAsync(cancel);
    }

    /// <summary>Kills one of them, waits, and starts it again.</summary>
    public Task KillAndRestartAsync(bool redis, TimeSpan gone, CancellationToken cancel) => KillAndRestartAsync(redis, Task.Delay(gone, cancel), cancel);

    /// <summary>Kills one of them, and starts it again when told to.</summary>
    public async Task KillAndRestartAsync(bool redis, Task back, CancellationToken cancel)
    {
        if (redis)
        {
            RedisKills++;
            await _redis!.DisposeAsync();
            await back.WaitAsync(cancel);
            await StartRedisAsync(cancel);
        }
        else
        {
            TokenizerKills++;
            await _tokenizer!.DisposeAsync();
            await back.WaitAsync(cancel);
            await StartTokenizerAsync(cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in (ChildProgram?[])[_redis, _tokenizer])
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }
    }

    // What was written is there again after a kill: what the proxy counted must not be lost with Redis.
    private async Task StartRedisAsync(CancellationToken cancel)
    {
        _redis = ChildProgram.Start(_redisProgram,
        [
            "--port", $"{_redisPort}", "--bind", "127.0.0.1", "--dir", folder.FullName, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning",
        ]);
        await _redis.WhenListeningAsync(_redisPort, cancel);
    }

    private async Task StartTokenizerAsync(CancellationToken cancel)
    {
        _tokenizer = ChildProgram.Start(Programs.Tokenizer, ["--urls", $"http://127.0.0.1:{_tokenizerPort}"], Variables.Take(1));
        await _tokenizer.WhenListeningAsync(_tokenizerPort, cancel);
    }
}
