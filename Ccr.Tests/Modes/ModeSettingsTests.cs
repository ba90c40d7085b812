using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Modes;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Modes;

/// <summary>The section Mode of the configuration.</summary>
public sealed class ModeSettingsTests
{
    [Theory]
    [InlineData("default: 'shadow'", "Mode.default", "must be one of route, target, compare, anthropic-only")]
    [InlineData("default: 'target'", "Mode.target", "missing: mode target needs a target")]
    [InlineData("default: 'compare'", "Mode.target", "missing: mode compare needs a target")]
    [InlineData("passthroughUrl: 'https://gateway.example'", "Mode.passthroughUrl", "clients' own credentials go to nobody else")]
    [InlineData("passthroughUrl: 'http://api.anthropic.com'", "Mode.passthroughUrl", "clients' own credentials go to nobody else")]
    [InlineData("passthroughUrl: 'https://api.anthropic.com.evil.example'", "Mode.passthroughUrl", "clients' own credentials go to nobody else")]
    [InlineData("passthroughUrl: 'api.anthropic.com'", "Mode.passthroughUrl", "must begin with https://")]
    public void A_mistake_is_named(string mode, string path, string message)
    {
        var problem = TestEnvironment.Read($"{{ Mode: {{ {mode} }} }}").Problems.Single(p => p.Path == path);
        Assert.True(problem.IsError);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anthropic_only_warns_that_it_needs_the_flag() =>
        Assert.Contains(TestEnvironment.Read("{ Mode: { default: 'anthropic-only' } }").Problems, p => p is { IsError: false, Path: "Mode.default" } && p.Message.Contains("--allow-anthropic-only", StringComparison.Ordinal));

    [Fact]
    public void Without_the_section_nothing_is_forwarded_and_the_rules_decide()
    {
        var mode = TestEnvironment.ReadValid("{}").Mode;
        Assert.Equal((RouterMode.Route, false, 50, "https://api.anthropic.com/v1/messages"), (mode.Default, mode.ForwardClientCredentials, mode.MaxConcurrentCompares, mode.Passthrough.BaseUrl.AbsoluteUri));
    }

    [Theory]
    [InlineData("https://api.anthropic.com/v1/messages", true)]
    [InlineData("http://127.0.0.1:8080/v1/messages", true)]
    [InlineData("http://api.anthropic.com/v1/messages", false)]
    [InlineData("https://anthropic.com/", false)]
    [InlineData("https://api.anthropic.com.example/", false)]
    public void Credentials_go_to_Anthropic_and_this_machine_only(string address, bool allowed) => Assert.Equal(allowed, ClientCredentials.MayGoTo(new Uri(address)));
}
