using Ccr.Simulator.Scripts;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Simulator;

public sealed class ScriptParserTests
{
    [Theory]
    [InlineData("claude-sonnet-4-5")]
    [InlineData("simple-model")]
    [InlineData("gpt-5+delay=10")]
    public void A_model_without_the_prefix_is_no_script(string model)
    {
        Assert.True(ScriptParser.TryParse(model, null, out var script, out _));
        Assert.Equal(Script.Default, script);
    }

    [Fact]
    public void Words_are_joined_by_plus_or_semicolon_in_any_case()
    {
        Assert.True(ScriptParser.TryParse("SIM-Tool+Delay=200;gap=20 + think", null, out var script, out _));

        Assert.Equal(Script.Default with { Content = ScriptContent.Tool, Delay = 200, Gap = 20, Think = true }, script);
    }

    [Fact]
    public void The_headers_words_replace_those_of_the_model()
    {
        Assert.True(ScriptParser.TryParse("sim-tool+delay=200+gap=5", "sim-text+delay=1", out var script, out _));

        Assert.Equal(Script.Default with { Content = ScriptContent.Text, Delay = 1, Gap = 5 }, script);
    }

    [Theory]
    [InlineData("sim-bogus", "unknown word 'bogus' in the model name 'sim-bogus'; known words: demo, text")]
    [InlineData("sim-", "unknown word ''")]
    [InlineData("sim-text+", "unknown word ''")]
    [InlineData("sim-delay", "'delay' in the model name 'sim-delay' is written delay=MS")]
    [InlineData("sim-text=1", "'text=1' in the model name 'sim-text=1' is written text")]
    [InlineData("sim-delay=-1", "wants a whole number from 0 to")]
    [InlineData("sim-delay=ten", "wants a whole number")]
    [InlineData("sim-malformed=0", "from 1 to")]
    [InlineData("sim-status=200", "from 400 to 599")]
    [InlineData("sim-stop=never", "wants max_tokens or refusal")]
    [InlineData("sim-header=nothing", "wants NAME:VALUE")]
    [InlineData("sim-header=x y:z", "wants NAME:VALUE")]
    [InlineData("sim-text+tool", "'tool' in the model name 'sim-text+tool' excludes one before it")]
    [InlineData("sim-delay=1+delay=2", "excludes one before it")]
    [InlineData("sim-cut=1+stall=2", "excludes one before it")]
    [InlineData("sim-status=500+cut=1", "a status and another fault")]
    [InlineData("sim-text+once", "has no fault")]
    [InlineData("sim-text+message=hello", "no error")]
    [InlineData("sim-text+burst+gap=1", "gap=MS needs")]
    [InlineData("sim-text+split=7+stamp", "stamp needs whole events")]
    [InlineData("sim-text+events=100000+bytes=100000", "over 64 MB")]
    public void A_word_that_cannot_be_played_is_named(string model, string expected)
    {
        Assert.False(ScriptParser.TryParse(model, null, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_word_is_in_the_documentation()
    {
        var text = File.ReadAllText(Path.Combine(Part.Repository, "docs", "simulator.md"));

        Assert.All(ScriptWords.All, word => Assert.Contains($"`{word.Usage.Replace("|", "\\|", StringComparison.Ordinal)}`", text, StringComparison.Ordinal));
    }
}
