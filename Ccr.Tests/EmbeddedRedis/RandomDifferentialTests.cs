using System.Text;
using Ccr.Tests.Parts;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>Thousands of random commands: every reply, and in the end every key, is the same on both servers.</summary>
public sealed class RandomDifferentialTests(RedisPair pair) : IClassFixture<RedisPair>
{
    private const int Batches = 80;
    private const int BatchSize = 50;

    [NeedsTheory("redis-server")]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 2)]
    [InlineData(6, 3)]
    public async Task Random_commands_have_the_same_effect(int seed, int version)
    {
        var (real, embedded) = await pair.ConnectAsync();
        await using var first = real;
        await using var second = embedded;
        foreach (var connection in new[] { real, embedded })
        {
            await connection.CallAsync($"HELLO {version}");
            await connection.CallAsync("FLUSHALL");
        }

        var commands = new RandomCommands(seed);
        var history = new Queue<string>();
        for (var batch = 0; batch < Batches; batch++)
        {
            var requests = Enumerable.Range(0, BatchSize).Select(_ => commands.Next()).ToList();
            var bytes = requests.SelectMany(r => RespConnection.Encode(r.Arguments)).ToArray();
            await real.SendAsync(bytes);
            await embedded.SendAsync(bytes);
            foreach (var (comparison, arguments) in requests)
            {
                var text = string.Join(' ', arguments.Select(a => a.Length == 0 ? "\"\"" : Encoding.Latin1.GetString(a)));
                history.Enqueue(text);
                var (expected, actual) = (Normalise(comparison, await real.ReadAsync()), Normalise(comparison, await embedded.ReadAsync()));
                Assert.True(expected == actual, Describe(text, expected, actual, history));
            }
        }

        await CompareAllAsync(real, embedded);
    }

    // Leaves an open transaction first: a queued reply would hide what is there.
    private static async Task CompareAllAsync(RespConnection real, RespConnection embedded)
    {
        await real.CallAsync("DISCARD");
        await embedded.CallAsync("DISCARD");
        for (var i = 0; i < 8; i++)
        {
            foreach (var (comparison, command) in new[]
            {
                (' ', "TYPE"), (' ', "OBJECT ENCODING"), (' ', "PEXPIRETIME"), (' ', "GET"), ('%', "HGETALL"), ('~', "SMEMBERS"), (' ', "LLEN"), (' ', "XINFO STREAM"), (' ', "ZCARD"),
            })
            {
                var call = $"{command} k{i}";
                Assert.Equal(Normalise(comparison, await real.CallAsync(call)), Normalise(comparison, await embedded.CallAsync(call)));
            }

            foreach (var call in new[] { $"ZRANGE k{i} 0 -1 WITHSCORES", $"LRANGE k{i} 0 -1", $"XRANGE k{i} - +" })
            {
                Assert.Equal((await real.CallAsync(call)).ToString(), (await embedded.CallAsync(call)).ToString());
            }
        }
    }

    // The commands that named the same keys tell how it came to this.
    private static string Describe(string command, string expected, string actual, IEnumerable<string> history)
    {
        var same = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Max(same - 100, 0);
        var keys = command.Split(' ').Where(word => word is ['k' or 'x', _]).ToList();
        var related = history.TakeLast(400).Where(h => keys.Exists(k => h.Split(' ').Contains(k)));
        return $"{command}\n  real     {expected[start..]}\n  embedded {actual[start..]}\nbefore it:\n{string.Join('\n', related)}";
    }

    private static string Normalise(char comparison, RespReply reply) =>
        (comparison switch { '~' => reply.Sorted(), '%' => reply.SortedPairs(), _ => reply }).ToString();
}
