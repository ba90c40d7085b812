using Ccr.Standins.EmbeddedRedis;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>What depends on the clock, with a clock that the test moves.</summary>
public sealed class TimeTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private EmbeddedRedisServer _server = null!;
    private RespConnection _client = null!;

    public async Task InitializeAsync()
    {
        _server = await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions { TimeProvider = _time }, CancellationToken.None);
        _client = await RespConnection.OpenAsync(_server.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_key_goes_at_its_millisecond_and_not_before()
    {
        await _client.CallAsync("SET k v PX 1000");
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(":1", (await _client.CallAsync("PTTL k")).ToString());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("$-1", (await _client.CallAsync("GET k")).ToString());
    }

    [Fact]
    public async Task Keys_that_nobody_touches_are_collected()
    {
        for (var i = 0; i < 2500; i++)
        {
            await _client.SendAsync(RespConnection.Encode($"SET k{i} v EX 60"));
        }

        for (var i = 0; i < 2500; i++)
        {
            await _client.ReadAsync();
        }

        await _client.CallAsync("SET stays v");
        _time.Advance(TimeSpan.FromSeconds(61));
        await Wait.UntilAsync("only the lasting key is left", async () => (await _client.CallAsync("DBSIZE")).ToString() == ":1");
        Assert.Contains("expired_keys:2500", (await _client.CallAsync("INFO stats")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_expiry_counts_and_the_old_one_does_not()
    {
        await _client.CallAsync("SET k v EX 10");
        await _client.CallAsync("EXPIRE k 100");
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(":50", (await _client.CallAsync("TTL k")).ToString());
        await _client.CallAsync("PERSIST k");
        _time.Advance(TimeSpan.FromSeconds(1000));
        Assert.Equal("$1:v", (await _client.CallAsync("GET k")).ToString());
    }

    [Theory]
    [InlineData("BLPOP nothing 2")]
    [InlineData("XREAD BLOCK 2000 STREAMS nothing 0")]
    public async Task A_blocked_call_gives_up_at_its_time(string command)
    {
        await using var other = await RespConnection.OpenAsync(_server.Endpoint);
        await _client.SendAsync(RespConnection.Encode(command));
        await Wait.UntilAsync("the call blocks", async () => (await other.CallAsync("INFO clients")).Text.Contains("blocked_clients:1", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.Contains("blocked_clients:1", (await other.CallAsync("INFO clients")).Text, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("*-1", (await _client.ReadAsync()).ToString());
        Assert.Equal("+PONG", (await _client.CallAsync("PING")).ToString());
    }

    [Fact]
    public async Task Stream_ids_follow_the_clock_and_never_go_back()
    {
        var start = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal($"15:{start}-0", (await _client.CallAsync("XADD s * f v")).Text);
        Assert.Equal($"15:{start}-1", (await _client.CallAsync("XADD s * f v")).Text);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal($"15:{start + 5}-0", (await _client.CallAsync("XADD s * f v")).Text);
        _time.Advance(TimeSpan.FromMilliseconds(-5));
        Assert.Equal($"15:{start + 5}-1", (await _client.CallAsync("XADD s * f v")).Text);
    }

    [Fact]
    public async Task Idle_time_is_the_time_since_the_last_use()
    {
        await _client.CallAsync("SET k v");
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(":7", (await _client.CallAsync("OBJECT IDLETIME k")).ToString());
        await _client.CallAsync("GET k");
        Assert.Equal(":0", (await _client.CallAsync("OBJECT IDLETIME k")).ToString());
    }
}
