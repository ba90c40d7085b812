using System.Diagnostics;
using Ccr.ProxyService.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Ccr.Tests.Usage;

/// <summary>A recorder and its write-behind, flushed by hand.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly ServiceProvider _services;

    /// <param name="connectionString">The Redis.</param>
    /// <param name="name">The instance's name.</param>
    /// <param name="spool">The folder of the spool; null for none.</param>
    /// <param name="spoolLimit">The most bytes there.</param>
    public Replica(string connectionString, string name = "one", string? spool = null, long spoolLimit = 1 << 20)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 1000;
        _services = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options)).BuildServiceProvider();
        Identity = new InstanceIdentity(name, Samples.Start);
        State = new RedisState(Recorder, isUsed: true);
        var status = new StatusReporter(Recorder, new FakeConfigStore(), new FakeTargetStates(), [], Identity, State, Clock);
        SpoolFolder = spool;
        Spool = new UsageSpool(spool, spoolLimit, Identity, State, Clock, SpoolLog);
        Writer = new RedisUsageWriter(Recorder, status, Identity, State, _services, Clock, Log, Spool);
    }

    public UsageRecorder Recorder { get; } = new();

    public SetClock Clock { get; } = new();

    public InstanceIdentity Identity { get; }

    public RedisState State { get; }

    public RedisUsageWriter Writer { get; }

    public UsageSpool Spool { get; }

    public string? SpoolFolder { get; }

    public ListLogger<RedisUsageWriter> Log { get; } = new();

    public ListLogger<UsageSpool> SpoolLog { get; } = new();

    public IDatabase Redis => _services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

    public Task FlushAsync() => Writer.FlushAsync(Limit, CancellationToken.None);

    /// <summary>Flushes until Redis has confirmed everything.</summary>
    public async Task FlushAllAsync()
    {
        var deadline = Stopwatch.StartNew();
        do
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "Redis did not take the counts: " + string.Join(" ", Log.Messages));
            await FlushAsync();
            if (!State.IsConnected)
            {
                await Task.Delay(20);
            }
        }
        while (!State.IsConnected || State.Buffered > 0);
    }

    /// <summary>Ends it as SIGKILL does: nothing more is written, and what it held open is let go.</summary>
    public async ValueTask DisposeAsync()
    {
        Writer.Dispose();
        Spool.Dispose();

        // Without waiting for replies, which takes the library a second.
        Redis.Multiplexer.Close(allowCommandsToComplete: false);
        await _services.DisposeAsync();
    }
}
