using System.Text;
using Ccr.Standins.EmbeddedRedis.Commands;
using Ccr.Tests.Parts;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The embedded server answers the scripts as a real Redis does, byte for byte.</summary>
public sealed class DifferentialScriptTests(RedisPair pair) : IClassFixture<RedisPair>
{
    public static TheoryData<string, int> Scripts()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in Script.Names)
        {
            data.Add(name, 2);
            data.Add(name, 3);
        }

        return data;
    }

    [NeedsTheory("redis-server")]
    [MemberData(nameof(Scripts))]
    public async Task Replies_equal_those_of_a_real_server(string script, int version)
    {
        await using var runner = new ScriptRunner(pair, version);
        await runner.RunAsync(Script.Load(script));
        Assert.True(runner.Differences.Count == 0, string.Join('\n', runner.Differences));
    }

    [Fact]
    public void Every_command_offered_is_in_a_script()
    {
        var offered = CommandTable.Commands.SelectMany(c => c.Subcommands.Prepend(c)).Select(c => c.Name).ToHashSet();
        var used = new HashSet<string>();
        foreach (var line in Script.Names.SelectMany(Script.Load).Where(l => l.Mark != '<' && l.Directive != "@raw"))
        {
            var words = line.Arguments.Select(a => Encoding.Latin1.GetString(a).ToLowerInvariant()).ToList();
            used.Add(words[0]);
            if (words.Count > 1 && offered.Contains(words[0] + "|" + words[1]))
            {
                used.Add(words[0] + "|" + words[1]);
            }
        }

        Assert.Empty(offered.Except(used));
    }
}
