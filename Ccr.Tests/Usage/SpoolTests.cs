using System.Diagnostics;
using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using StackExchange.Redis;

namespace Ccr.Tests.Usage;

/// <summary>What outlives a process that is killed while Redis does not confirm, against a real redis-server.</summary>
public sealed class SpoolTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccr-spool-");

    private string Spool => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    [NeedsFact("redis-server")]
    public async Task Counts_of_a_process_that_was_killed_while_redis_was_down_are_written_once_by_the_next()
    {
        await using var server = new RedisServer();
        await using (var dead = new Replica(server.ConnectionString, "dead", Spool))
        {
            for (var minute = 0; minute < 10; minute++)
            {
                dead.Recorder.Record(Samples.Answer() with { Session = "s" + (minute % 2), Agent = "main" });
                dead.Clock.Now += TimeSpan.FromMinutes(1);
                await dead.FlushAsync();
            }

            Assert.Equal(["dead.lock", "dead.spool"], Files());
            Assert.Equal(new FileInfo(Path.Combine(Spool, "dead.spool")).Length, dead.State.SpoolBytes);
        }

        await server.StartAsync();
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        next.Recorder.Record(Samples.Answer() with { Session = "s0", Agent = "subagent" });
        await AdoptAllAsync(next);

        Assert.Equal(11, Count(next, RedisKeys.Usage(RedisKeys.Total)));
        Assert.Equal(77, Count(next, RedisKeys.Usage(RedisKeys.Tier("a,m")), "input_tokens"));
        Assert.Equal(11, Count(next, RedisKeys.UsageHour(RedisKeys.Total, Samples.Start)));
        Assert.Equal(11, Count(next, RedisKeys.UsageDay(RedisKeys.Total, Samples.Start)));
        Assert.Equal(1, Count(next, RedisKeys.UsageMinute(RedisKeys.Total, Samples.Start.AddMinutes(9))));
        Assert.Equal(6, Count(next, RedisKeys.Usage(RedisKeys.Session("s0"))));
        Assert.Equal(5, Count(next, RedisKeys.Usage(RedisKeys.Session("s0")), "main"));
        Assert.Equal(11, (long)await next.Redis.ExecuteAsync("XLEN", (RedisKey)RedisKeys.RecentRequests));
        Assert.Contains("app:opencode", (await next.Redis.SetMembersAsync(RedisKeys.Series)).Select(s => s.ToString()));
        Assert.Equal(["s0", "s1"], (await next.Redis.SortedSetRangeByRankAsync(RedisKeys.Sessions)).Select(s => s.ToString()).Order());
        Assert.Contains(next.SpoolLog.Messages, m => m.Contains("the counts of 10 requests that instance dead left", StringComparison.Ordinal));
    }

    [NeedsFact("redis-server")]
    public async Task A_batch_that_redis_applied_without_a_word_is_not_applied_again_by_the_next_process()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var relay = new Relay(server.Port);
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        await using (var dead = new Replica(relay.ConnectionString, "dead", Spool))
        {
            dead.Recorder.Record(Samples.Answer());
            await dead.FlushAllAsync();
            Assert.Empty(Files());

            relay.Swallow();
            dead.Recorder.Record(Samples.Answer());
            await dead.Writer.FlushAsync(Short, CancellationToken.None);
            await WaitAsync(() => Count(next, RedisKeys.Usage(RedisKeys.Total)) == 2, "the batch in Redis");

            // What comes while the batch is in doubt waits behind it.
            dead.Recorder.Record(Samples.Answer());
            await dead.Writer.FlushAsync(Short, CancellationToken.None);
        }

        await AdoptAllAsync(next);
        Assert.Equal(3, Count(next, RedisKeys.Usage(RedisKeys.Total)));
        Assert.Equal(3, Count(next, RedisKeys.UsageDay(RedisKeys.Scenario("default"), Samples.Start)));
        Assert.Equal(3, (long)await next.Redis.ExecuteAsync("XLEN", (RedisKey)RedisKeys.RecentRequests));
    }

    [NeedsFact("redis-server")]
    public async Task A_batch_that_redis_never_saw_is_applied_by_the_next_process()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using (var dead = new Replica(server.ConnectionString, "dead", Spool))
        {
            dead.Recorder.Record(Samples.Answer());
            await dead.FlushAllAsync();
            server.Signal("STOP");
            dead.Recorder.Record(Samples.Answer());
            await dead.Writer.FlushAsync(Short, CancellationToken.None);
            server.Kill();
        }

        await server.StartAsync();
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        await AdoptAllAsync(next);
        Assert.Equal(2, Count(next, RedisKeys.Usage(RedisKeys.Total)));
        Assert.Equal(2, Count(next, RedisKeys.UsageHour(RedisKeys.Model("m"), Samples.Start)));
    }

    [NeedsFact("redis-server")]
    public async Task A_file_that_is_older_than_what_was_sent_at_last_counts_nothing_twice()
    {
        await using var server = new RedisServer();
        byte[] old;
        await using (var dead = new Replica(server.ConnectionString, "dead", Spool))
        {
            dead.Recorder.Record(Samples.Answer() with { Session = "s" });
            await dead.FlushAsync();
            old = await File.ReadAllBytesAsync(Path.Combine(Spool, "dead.spool"));

            // Between the last writing of the file and the kill more was counted, and all of it was applied.
            await server.StartAsync();
            dead.Recorder.Record(Samples.Answer() with { Session = "s" });
            await dead.FlushAllAsync();
            Assert.Empty(Files());
        }

        await File.WriteAllBytesAsync(Path.Combine(Spool, "dead.spool"), old);
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        await AdoptAllAsync(next);
        Assert.Equal(2, Count(next, RedisKeys.Usage(RedisKeys.Total)));
        Assert.Equal(2, Count(next, RedisKeys.Usage(RedisKeys.Session("s"))));
        Assert.Equal(2, (long)await next.Redis.ExecuteAsync("XLEN", (RedisKey)RedisKeys.RecentRequests));
    }

    [NeedsFact("redis-server")]
    public async Task A_file_that_is_torn_or_of_nobody_is_set_aside_and_told_and_the_others_are_written()
    {
        await using var server = new RedisServer();
        await using (var dead = new Replica(server.ConnectionString, "dead", Spool))
        {
            dead.Recorder.Record(Samples.Answer());
            await dead.FlushAsync();
        }

        var whole = await File.ReadAllBytesAsync(Path.Combine(Spool, "dead.spool"));
        await File.WriteAllBytesAsync(Path.Combine(Spool, "torn.spool"), whole[..^7]);
        await File.WriteAllBytesAsync(Path.Combine(Spool, "dust.spool"), [0, 1, 2, 3]);
        await File.WriteAllBytesAsync(Path.Combine(Spool, "void.spool"), []);
        await File.WriteAllBytesAsync(Path.Combine(Spool, "copy.spool"), whole);

        await server.StartAsync();
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        await AdoptAllAsync(next);
        Assert.Equal(1, Count(next, RedisKeys.Usage(RedisKeys.Total)));
        Assert.Equal(["copy.spool.corrupt", "dust.spool.corrupt", "torn.spool.corrupt", "void.spool.corrupt"], Files());
        Assert.Equal(4, next.SpoolLog.Messages.Count(m => m.StartsWith("Warning: A spool file cannot be used and was set aside as ", StringComparison.Ordinal)));
    }

    [NeedsFact("redis-server")]
    public async Task The_file_of_a_process_that_lives_is_left_alone_until_it_is_gone()
    {
        await using var down = new RedisServer();
        await using var server = await RedisServer.StartNewAsync();
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        await using (var neighbour = new Replica(down.ConnectionString, "neighbour", Spool))
        {
            neighbour.Recorder.Record(Samples.Answer());
            await neighbour.FlushAsync();
            await next.FlushAllAsync();
            Assert.Equal(["neighbour.lock", "neighbour.spool"], Files());
            Assert.Equal(0, Count(next, RedisKeys.Usage(RedisKeys.Total)));
        }

        next.Clock.Now += TimeSpan.FromMinutes(1);
        await AdoptAllAsync(next);
        Assert.Equal(1, Count(next, RedisKeys.Usage(RedisKeys.Total)));
    }

    [NeedsFact("redis-server")]
    public async Task A_spool_that_is_full_keeps_the_sums_and_tells_what_it_leaves_out()
    {
        await using var server = new RedisServer();
        await using (var dead = new Replica(server.ConnectionString, "dead", Spool, spoolLimit: 64 * 1024))
        {
            for (var i = 0; i < 1000; i++)
            {
                dead.Recorder.Record(Samples.Answer() with { Session = "session-" + i });
            }

            await dead.FlushAsync();
            Assert.InRange(dead.State.SpoolBytes, 50_000, 64 * 1024);
            Assert.InRange(dead.State.SpoolDropped.Value, 100, 1000);
            await dead.FlushAsync();
            Assert.Single(dead.SpoolLog.Messages, m => m.Contains("Raise Usage.spoolMaxBytes", StringComparison.Ordinal));
        }

        await server.StartAsync();
        await using var next = new Replica(server.ConnectionString, "next", Spool);
        await AdoptAllAsync(next);
        Assert.Equal(1000, Count(next, RedisKeys.Usage(RedisKeys.Total)));
    }

    [NeedsFact("redis-server")]
    public async Task A_folder_that_cannot_be_written_is_told_once_and_costs_nothing_else()
    {
        var file = Path.Combine(Spool, "file");
        await File.WriteAllTextAsync(file, "");
        await using var server = new RedisServer();
        await using var replica = new Replica(server.ConnectionString, "one", Path.Combine(file, "below"));
        for (var i = 0; i < 3; i++)
        {
            replica.Recorder.Record(Samples.Answer());
            await replica.FlushAsync();
        }

        Assert.Single(replica.SpoolLog.Messages, m => m.Contains("Set Usage.spoolDirectory", StringComparison.Ordinal));
        await server.StartAsync();
        await replica.FlushAllAsync();
        Assert.Equal(3, Count(replica, RedisKeys.Usage(RedisKeys.Total)));
    }

    private static async Task AdoptAllAsync(Replica replica)
    {
        var deadline = Stopwatch.StartNew();
        do
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "the spool was not written: " + string.Join(" ", replica.Log.Messages.Concat(replica.SpoolLog.Messages)));
            await replica.FlushAllAsync();
        }
        while (Directory.EnumerateFiles(replica.SpoolFolder!, "*.spool").Any());
    }

    private static long Count(Replica replica, string key, string field = "requests") => (long)replica.Redis.HashGet(key, field);

    private static async Task WaitAsync(Func<bool> condition, string what)
    {
        var deadline = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "waited in vain for: " + what);
            await Task.Delay(10);
        }
    }

    private IEnumerable<string> Files() => _folder.EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal);
}
