using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

public sealed class ConfigLocationTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    private string Usual => _home.File(".claude-code-router/config.json");

    public void Dispose() => _home.Dispose();

    [Fact]
    public void The_option_comes_before_the_variables_and_those_before_the_home_folder()
    {
        (string, string)[] all = [("HOME", _home.Root), ("CCR_CONFIG_PATH", "/path.json"), ("CCR_CONFIG", "/config.json")];
        Assert.Equal(("/option.json", true), Find("/option.json", all));
        Assert.Equal(("/path.json", true), Find(null, all));
        Assert.Equal(("/config.json", true), Find(null, all[0], all[2]));
        Assert.Equal((Usual, false), Find(null, all[0]));
        Assert.Equal((Usual, false), Find("", all[0], ("CCR_CONFIG", " ")));
        Assert.Equal((_home.File("x.json"), true), Find("~/x.json", all[0]));
        Assert.Equal((Path.GetFullPath("x.json"), true), Find("x.json", all[0]));
    }

    [Fact]
    public void A_named_file_must_exist_even_where_a_demo_would_be_possible()
    {
        var result = ConfigLocation.Find(_home.File("none.json"), Demo()).Load(Demo());
        Assert.Equal("the file does not exist", Assert.Single(result.Problems).Message);
    }

    [Fact]
    public void Without_file_and_demo_the_message_says_where_to_put_one()
    {
        var environment = TestEnvironment.With(("HOME", _home.Root));
        var problem = Assert.Single(ConfigLocation.Find(null, environment).Load(environment).Problems);
        Assert.Equal($"there is no configuration: write {Usual} (config.example.json in the source of ccr shows every setting), or name a file with --config", problem.Message);
    }

    [Fact]
    public void Without_a_file_the_demo_routes_to_the_simulator()
    {
        var config = ConfigLocation.Find(null, Demo()).Load(Demo()).Config!;
        Assert.True(config.IsDemo);
        Assert.Equal("built-in demo", config.Source);
        Assert.Equal(
            [("demo", "http://127.0.0.1:4010/v1/messages", Dialect.Anthropic), ("demo-chat", "http://127.0.0.1:4010/v1/chat/completions", Dialect.OpenAIChat)],
            config.Providers.Select(p => (p.Name, p.BaseUrl.AbsoluteUri, p.Protocol)));
        Assert.Equal("demo,sim-demo", config.Router.Default!.Name);
        Assert.All(
            new[] { config.Router.Default!, config.Router.Think!, config.Router.Background! }.Concat(config.Router.Fallback.Values.SelectMany(f => f)),
            route => Assert.Contains(route.Model, route.Provider.Models));
    }

    [Fact]
    public void With_a_file_there_is_no_demo()
    {
        _home.Write(".claude-code-router/config.json", "{ PORT: 4444 }");
        var config = ConfigLocation.Find(null, Demo()).Load(Demo()).Config!;
        Assert.Equal((false, 4444, Usual), (config.IsDemo, config.Port, config.Source));
    }

    [Fact]
    public void A_broken_file_is_not_replaced_by_the_demo()
    {
        _home.Write(".claude-code-router/config.json", "{ PORT: ");
        Assert.Null(ConfigLocation.Find(null, Demo()).Load(Demo()).Config);
    }

    [Fact]
    public void A_demo_address_that_is_none_is_an_error()
    {
        var fault = Assert.Throws<ConfigurationException>(() => ConfigLocation.Find(null, TestEnvironment.With(("HOME", _home.Root), ("CCR_DEMO_UPSTREAM", "localhost:1"))));
        Assert.Contains("the environment variable CCR_DEMO_UPSTREAM must begin with https:// or http://", fault.Message, StringComparison.Ordinal);
    }

    private Func<string, string?> Demo() => TestEnvironment.With(("HOME", _home.Root), ("CCR_DEMO_UPSTREAM", "http://127.0.0.1:4010/"));

    private static (string Path, bool IsExplicit) Find(string? option, params (string Name, string Value)[] variables)
    {
        var location = ConfigLocation.Find(option, TestEnvironment.With(variables));
        return (location.Path, location.IsExplicit);
    }
}
