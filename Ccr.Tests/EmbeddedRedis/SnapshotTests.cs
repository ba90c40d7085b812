using System.Text;
using Ccr.Standins.EmbeddedRedis;
using Ccr.Standins.EmbeddedRedis.Persistence;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>What is saved comes back; what is damaged is refused.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccr-snapshot-");
    private readonly ManualTime _time = new();

    private string File => Path.Combine(_folder.FullName, "data.ccr");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Everything_comes_back_after_a_restart()
    {
        string[] writes =
        [
            "SET s value", "SET n 12", "SET app 1", "APPEND app 2", "SET soon v PX 1000", "SET later v EX 1000", "INCRBYFLOAT f 0.5", "HSET h a 1 b 2", "RPUSH l x y z",
            "SADD set a b c", "SADD ints 1 2 3", "ZADD z 1.5 a -inf b 0.1 c", "XADD st 1-1 f v g w", "XADD st 2-2 f v", "XADD st 3-3 f v", "XDEL st 3-3",
            "XADD empty 5-5 f v", "XTRIM empty MAXLEN 0", "SELECT 9", "SET other v",
        ];
        string[] reads =
        [
            "GET s", "GET n", "OBJECT ENCODING n", "GET app", "OBJECT ENCODING app", "PEXPIRETIME later", "TTL s", "OBJECT ENCODING f", "HGETALL h", "LRANGE l 0 -1", "SCARD set",
            "SMISMEMBER set a b c", "SMEMBERS ints", "ZRANGE z 0 -1 WITHSCORES", "XINFO STREAM st", "XRANGE st - +", "XINFO STREAM empty", "DBSIZE", "SELECT 9", "GET other", "DBSIZE",
        ];
        var before = await RunAsync([.. writes, "SELECT 0", .. reads]);
        _time.Advance(TimeSpan.FromSeconds(2));
        var after = await RunAsync(["GET soon", .. reads]);
        Assert.Equal("$-1", after[0]);

        // One key fewer: the one that expired meanwhile.
        before[^4] = before[^4].Replace(":13", ":12", StringComparison.Ordinal);
        Assert.Equal(before[^reads.Length..], after[1..]);
    }

    [Fact]
    public async Task A_change_is_saved_at_the_interval_and_the_file_is_never_half_written()
    {
        await using var server = await StartAsync();
        await using var client = await RespConnection.OpenAsync(server.Endpoint);
        await client.CallAsync("SET k v");
        Assert.False(System.IO.File.Exists(File));
        _time.Advance(TimeSpan.FromSeconds(30));
        await Wait.UntilAsync("the snapshot is there", () => Task.FromResult(System.IO.File.Exists(File)));
        await Wait.UntilAsync("the save is over", async () => (await client.CallAsync("INFO persistence")).Text.Contains("changes_since_last_save:0", StringComparison.Ordinal));
        Assert.Equal([File], Directory.GetFiles(_folder.FullName));
        var saved = System.IO.File.GetLastWriteTimeUtc(File);
        System.IO.File.SetLastWriteTimeUtc(File, saved.AddHours(-1));
        _time.Advance(TimeSpan.FromSeconds(30));
        await server.DisposeAsync();
        Assert.Equal(saved.AddHours(-1), System.IO.File.GetLastWriteTimeUtc(File));
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_written_is_told_and_tried_again()
    {
        var warnings = new List<string>();
        var server = await StartAsync(warnings.Add);
        await using var client = await RespConnection.OpenAsync(server.Endpoint);
        await client.CallAsync("SET k v");
        Directory.CreateDirectory(File);
        _time.Advance(TimeSpan.FromSeconds(30));
        await Wait.UntilAsync("a warning", () => Task.FromResult(warnings.Count > 0));
        Assert.Contains(File, warnings[0], StringComparison.Ordinal);
        Directory.Delete(File);
        await server.DisposeAsync();
        Assert.True(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task A_file_cut_at_any_byte_is_refused()
    {
        await RunAsync(["SET s value EX 1000", "HSET h a 1", "RPUSH l x", "SADD set a", "ZADD z 1 a", "XADD st 1-1 f v"]);
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        for (var length = 0; length < whole.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File, whole[..length]);
            await Assert.ThrowsAsync<SnapshotException>(StartAsync);
        }
    }

    [Fact]
    public async Task A_file_with_any_byte_changed_is_refused()
    {
        await RunAsync(["SET s value EX 1000", "HSET h a 1", "RPUSH l x", "SADD set a", "ZADD z 1 a", "XADD st 1-1 f v"]);
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x55;
            await System.IO.File.WriteAllBytesAsync(File, damaged);
            var error = await Assert.ThrowsAsync<SnapshotException>(StartAsync);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Contains(File, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "It ends too early")]
    [InlineData("{\"not\": \"a snapshot\"}", "does not begin")]
    [InlineData("CCRREDIS\x02\0\0\0", "has version 2")]
    [InlineData("CCRREDIS\x01\0\0\0\x63\0\0\0\0\0\0\0\0\0\0\0\0\0", "unknown kind 99")]
    [InlineData("CCRREDIS\x01\0\0\0\x01\x63", "database 99")]
    [InlineData("CCRREDIS\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\x7f", "ends too early")]
    public async Task What_is_wrong_with_a_file_is_said(string content, string problem)
    {
        await System.IO.File.WriteAllBytesAsync(File, Encoding.Latin1.GetBytes(content));
        var error = await Assert.ThrowsAsync<SnapshotException>(StartAsync);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private Task<EmbeddedRedisServer> StartAsync() => StartAsync(_ => { });

    private Task<EmbeddedRedisServer> StartAsync(Action<string> warn) =>
        EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions { SnapshotPath = File, TimeProvider = _time, Warn = warn }, CancellationToken.None);

    private async Task<List<string>> RunAsync(IEnumerable<string> commands)
    {
        var replies = new List<string>();
        await using var server = await StartAsync();
        await using var client = await RespConnection.OpenAsync(server.Endpoint);
        foreach (var command in commands)
        {
            replies.Add((await client.CallAsync(command)).ToString());
        }

        return replies;
    }
}
