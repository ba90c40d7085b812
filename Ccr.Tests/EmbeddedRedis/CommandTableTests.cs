using Ccr.Standins.EmbeddedRedis;
using Ccr.Standins.EmbeddedRedis.Commands;
using Ccr.Tests.Parts;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The command table says of every command what a real server says of it.</summary>
public sealed class CommandTableTests(RedisPair pair) : IClassFixture<RedisPair>
{
    public static TheoryData<int> Versions => [2, 3];

    [NeedsTheory("redis-server")]
    [MemberData(nameof(Versions))]
    public async Task Arity_flags_keys_and_groups_are_those_of_a_real_server(int version)
    {
        var (real, embedded) = await pair.ConnectAsync();
        await using var first = real;
        await using var second = embedded;
        await real.CallAsync($"HELLO {version}");
        await embedded.CallAsync($"HELLO {version}");
        foreach (var spec in CommandTable.Commands.SelectMany(c => c.Subcommands.Prepend(c)))
        {
            var expected = (await real.CallAsync($"COMMAND INFO {spec.Name}")).Children[0];
            var actual = (await embedded.CallAsync($"COMMAND INFO {spec.Name}")).Children[0];
            Assert.Equal(Essence(expected), Essence(actual));
            Assert.Equal(expected.Children.Count, actual.Children.Count);
        }
    }

    [Fact]
    public async Task COMMAND_lists_what_the_table_has()
    {
        await using var server = await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions(), CancellationToken.None);
        await using var embedded = await RespConnection.OpenAsync(server.Endpoint);
        var names = CommandTable.Commands.Select(c => c.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal($":{names.Count}", (await embedded.CallAsync("COMMAND COUNT")).ToString());
        foreach (var command in new[] { "COMMAND", "COMMAND INFO" })
        {
            var listed = (await embedded.CallAsync(command)).Children.Select(c => Name(c.Children[0]));
            Assert.Equal(names, listed.Order(StringComparer.Ordinal));
        }

        Assert.Equal(names, (await embedded.CallAsync("COMMAND LIST")).Children.Select(Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("EVAL", "ERR unknown command 'EVAL', with args beginning with: 'a' 'b' ")]
    [InlineData("bitcount", "ERR unknown command 'bitcount', with args beginning with: 'a' 'b' ")]
    [InlineData("XGROUP", "ERR unknown command 'XGROUP', with args beginning with: 'a' 'b' ")]
    public async Task What_a_real_server_offers_and_this_one_does_not_is_an_unknown_command(string command, string reply)
    {
        await using var server = await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions(), CancellationToken.None);
        await using var client = await RespConnection.OpenAsync(server.Endpoint);
        Assert.Equal(reply, (await client.CallAsync(command + " a b")).Text);
        Assert.Equal("ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.", (await client.CallAsync("CLIENT TRACKING on")).Text);
    }

    [Fact]
    public void The_documentation_lists_what_the_table_has()
    {
        var page = File.ReadAllText(Path.Combine(Part.Repository, "docs", "embedded-redis.md"));
        var start = page.IndexOf("## What it offers", StringComparison.Ordinal);
        var section = page[page.IndexOf("* Strings", start, StringComparison.Ordinal)..page.IndexOf("Anything else", start, StringComparison.Ordinal)];
        var listed = System.Text.RegularExpressions.Regex.Matches(section, "(?<![A-Za-z-])[A-Z][A-Z-]+(?![a-z])").Select(m => m.Value.ToLowerInvariant()).ToHashSet();
        var offered = CommandTable.Commands.SelectMany(c => c.Subcommands.Prepend(c)).Where(c => !c.Name.StartsWith("cluster|", StringComparison.Ordinal)).Select(c => c.Name.Split('|')[^1]);
        Assert.Equal(offered.Distinct().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static string Essence(RespReply info) =>
        string.Join(' ', info.Children.Take(6).Select((c, i) => (i == 2 ? c.Sorted() : c).ToString())) + " " + info.Children[6].Sorted();

    private static string Name(RespReply bulk) => bulk.Text[(bulk.Text.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
