using Ccr.ProxyService.Routing;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Routing;

/// <summary>What the name of a model means: "provider,model", "provider/model", or a bare name.</summary>
public sealed class DirectModelTests
{
    [Theory]
    [InlineData("one,big", "one,Big")]
    [InlineData("ONE , m", "one,m")]
    [InlineData("one,unlisted", "one,unlisted")]
    [InlineData("one,big:online", "one,Big:online")]
    [InlineData("one,big[1m]", "one,Big[1m]")]
    [InlineData("two,QWEN:FREE", "two,qwen:free")]
    [InlineData("one/Big", "one,Big")]
    [InlineData("One/un/listed", "one,un/listed")]
    [InlineData("openai/gpt-5", "two,openai/gpt-5")]
    [InlineData("openai/gpt-4", "openai,gpt-4")]
    [InlineData("OpenAI/GPT-5:online", "two,openai/gpt-5:online")]
    [InlineData("gpt-x", "two,gpt-x")]
    [InlineData("GPT-X", "two,gpt-x")]
    [InlineData("gpt-5", "openai,gpt-5")]
    [InlineData("big:online", "one,Big:online")]
    public void A_choice_is_understood_in_every_form(string model, string target) => Assert.Equal(target, Table().Resolve(model, "other").Choice?.Target.Name);

    [Theory]
    [InlineData("m", "several providers offer m: one, two")]
    [InlineData("nobody's", "names no provider")]
    [InlineData("acme/gpt-5", "names no provider")]
    [InlineData("only-there", "names no provider")]
    [InlineData("claude-haiku-4-5", "agents send this model's name by themselves")]
    public void A_name_that_is_no_choice_leaves_it_to_the_rules(string model, string reason)
    {
        var match = Table().Resolve(model, "other");
        Assert.Null(match.Choice);
        Assert.Equal(0, match.Status);
        Assert.Contains(reason, match.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme,m", 404, "there is no provider 'acme'; configured are one, two, openai, off")]
    [InlineData("off,m", 404, "provider 'off' is disabled")]
    [InlineData("one,", 400, "names no model after the comma; one offers m, Big")]
    public void A_choice_that_cannot_be_followed_is_an_error_with_the_remedy(string model, int status, string reason)
    {
        var match = Table().Resolve(model, "other");
        Assert.Equal(status, match.Status);
        Assert.Contains(reason, match.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("codex", "gpt-5", false)]
    [InlineData("codex", "big", true)]
    [InlineData("gemini-cli", "gpt-5", true)]
    [InlineData("claude-code", "claude-haiku-4-5", false)]
    [InlineData("opencode", "claude-haiku-4-5", false)]
    [InlineData("claude-code", "gpt-5", true)]
    public void A_bare_name_that_the_program_sends_by_itself_is_no_choice(string application, string model, bool isChoice) =>
        Assert.Equal(isChoice, Table().Resolve(model, application).Choice is not null);

    [Fact]
    public void BareModels_makes_every_bare_name_a_choice_or_none()
    {
        Assert.Equal("one,claude-haiku-4-5", Table("\"bareModels\": true,").Resolve("claude-haiku-4-5", "claude-code").Choice?.Target.Name);
        Assert.Null(Table("\"bareModels\": false,").Resolve("gpt-x", "other").Choice);
        Assert.Equal("two,openai/gpt-5", Table("\"bareModels\": false,").Resolve("openai/gpt-5", "other").Choice?.Target.Name);
    }

    [Fact]
    public void In_a_tag_or_a_script_a_bare_name_always_counts() => Assert.Equal("one,claude-haiku-4-5", Table().Resolve("claude-haiku-4-5", "claude-code", isChosen: true).Choice?.Target.Name);

    [Fact]
    public void The_same_name_gives_the_same_target_so_that_what_is_known_of_it_is_kept()
    {
        var table = Table();
        Assert.Same(table.Resolve("one,big", "other").Choice, table.Resolve("ONE/BIG", "other").Choice);
        Assert.Same(table.Resolve("one,unlisted", "other").Choice, table.Resolve("one/unlisted", "other").Choice);
    }

    [Fact]
    public void Thousands_of_unlisted_names_are_answered_and_not_kept()
    {
        var table = Table();
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal($"one,x{i}", table.Resolve($"one,x{i}", "other").Choice?.Target.Name);
        }

        Assert.NotSame(table.Resolve("one,x999", "other").Choice, table.Resolve("one,x999", "other").Choice);
    }

    internal static RouteTable Table(string router = "") =>
        new(TestEnvironment.ReadValid(RoutedProxy.Config(new Uri("http://127.0.0.1:1/"), router + "\"default\": \"one,m\"")));
}
