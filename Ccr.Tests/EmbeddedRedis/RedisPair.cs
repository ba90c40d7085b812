using Ccr.Standins.EmbeddedRedis;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The real server and the embedded one, empty and side by side.</summary>
public sealed class RedisPair : IAsyncLifetime
{
    private RealRedis? _real;
    private EmbeddedRedisServer? _embedded;

    /// <summary>Connects to both.</summary>
    internal async Task<(RespConnection Real, RespConnection Embedded)> ConnectAsync()
    {
        // Started on first use, so that a machine without redis-server can skip the tests.
        _real ??= await RealRedis.StartAsync();
        _embedded ??= await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions(), CancellationToken.None);
        return (await RespConnection.OpenAsync(_real.Endpoint), await RespConnection.OpenAsync(_embedded.Endpoint));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_real is not null)
        {
            await _real.DisposeAsync();
        }

        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }
}
