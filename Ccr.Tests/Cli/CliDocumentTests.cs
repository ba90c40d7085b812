using Ccr.ProxyService.Cli;

namespace Ccr.Tests.Cli;

/// <summary>docs/cli.md lists exactly the verbs and options there are.</summary>
public sealed class CliDocumentTests
{
    private static readonly string[] Sections = File.ReadAllText(Path.Combine(Parts.Part.Repository, "docs", "cli.md")).Split("\n## ");

    [Fact]
    public void Every_verb_has_its_section_and_every_section_its_verb() =>
        Assert.Equal(
            CommandLine.CreateVerbs().Select(v => v.Name).Order(),
            Sections.Where(s => s.StartsWith("ccr ", StringComparison.Ordinal)).Select(s => s[4..s.IndexOf('\n')]).Order());

    [Fact]
    public void Every_verb_of_a_verb_is_named_in_its_section()
    {
        foreach (var verb in CommandLine.CreateVerbs())
        {
            var section = Sections.Single(s => s.StartsWith($"ccr {verb.Name}\n", StringComparison.Ordinal));
            Assert.All(verb.Subcommands, s => Assert.Contains($"ccr {verb.Name} {s.Name}", section, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_option_has_its_row_and_every_row_its_option()
    {
        foreach (var verb in CommandLine.CreateVerbs())
        {
            var section = Sections.Single(s => s.StartsWith($"ccr {verb.Name}\n", StringComparison.Ordinal));
            var rows = section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')[1].Trim());
            var options = verb.Options.Concat(verb.Subcommands.SelectMany(s => s.Options)).DistinctBy(o => o.Name).Select(o => string.Join(", ", o.Aliases.Order().Prepend(o.Name).Select(a => $"`{a}`")));
            Assert.Equal(options.Order(), rows.Order());
        }
    }
}
