using Ccr.Tests.Configuration;

namespace Ccr.Tests.Routing;

/// <summary>Router.rules: what each condition asks, and what a rule does.</summary>
public sealed class RuleTests
{
    private const string Image = """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}""";

    public static TheoryData<string, string, string> Conditions() => new()
    {
        { "model: 'gpt-*'", Body("GPT-9"), Body("my-gpt-9") },
        { "model: ['a', 'b?']", Body("b1"), Body("b") },
        { "tokens: { over: 300 }", Body("m", Words(400)), Body("m", Words(100)) },
        { "tokens: { under: 300 }", Body("m", Words(100)), Body("m", Words(400)) },
        { "tokens: { over: 10, under: 300 }", Body("m", Words(100)), Body("m") },
        { "tools: 'mcp__*'", Body("m", "x", "\"tools\":[{\"name\":\"Bash\",\"input_schema\":{\"properties\":{\"name\":{}}}},{\"name\":\"mcp__a\",\"input_schema\":{}}],"), Body("m", "mcp__", "\"tools\":[{\"name\":\"Bash\",\"description\":\"mcp__a\"}],") },
        { "hasImage: true", Image, Body("m") },
        { "hasImage: false", Body("m"), Image },
        { "text: 'deploy'", Body("m", "please DEPLOY it"), Body("m", "hi", "\"system\":\"deploy\",") },
        { "text: ['re*fix']", Body("m", "now re-do the fix!"), Body("m", "fix") },
        { "dialect: 'anthropic'", Body("m"), """{"model":"m","input":"x"}""" },
        { "scenario: 'think'", Body("m", "x", "\"thinking\":{\"type\":\"adaptive\"},"), Body("m", "x", "\"thinking\":{\"type\":\"disabled\"},") },
        { "scenario: ['background', 'webSearch']", Body("claude-haiku-9"), Body("m") },
        { "model: 'm', text: 'hi'", Body("m"), Body("n") },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task A_condition_decides(string when, string fits, string differs)
    {
        await using var proxy = await RoutedProxy.StartAsync($"\"default\": \"one,m\", \"rules\": [{{ name: 'mine', when: {{ {when} }}, route: 'two,m' }}]");
        Assert.Equal("rule two,m", await proxy.RouteAsync(fits));
        Assert.NotEqual("rule two,m", await proxy.RouteAsync(differs));
        Assert.StartsWith("rule mine: ", RoutedProxy.Reason(await proxy.ExplainAsync(differs), "rule"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_the_user_agent_and_the_client_program_are_looked_at()
    {
        await using var proxy = await RoutedProxy.StartAsync("""
            "default": "one,m", "rules": [
              { "name": "team", "when": { "header": { "x-team": ["core", "infra-*"] } }, "route": "two,m" },
              { "when": { "userAgent": "curl/*" }, "route": "one,Big" },
              { "when": { "client": "codex" }, "route": "openai,gpt-5" } ]
            """);
        Assert.Equal("rule two,m", await proxy.RouteAsync(Body("m"), r => r.Headers.Add("X-Team", "infra-2")));
        Assert.Equal("default one,m", await proxy.RouteAsync(Body("m"), r => r.Headers.Add("X-Team", "web")));
        Assert.Equal("rule one,Big", await proxy.RouteAsync(Body("m"), r => r.Headers.Add("User-Agent", "curl/8.1")));
        Assert.Equal("rule openai,gpt-5", await proxy.RouteAsync(Body("m"), r => r.Headers.TryAddWithoutValidation("User-Agent", "codex_cli_rs/1.0")));
    }

    [Fact]
    public async Task A_list_of_routes_is_tried_in_order_and_parameters_are_set_over_the_clients()
    {
        await using var proxy = await RoutedProxy.StartAsync("""
            "default": "one,m", "tiers": ["openai,gpt-5"], "rules": [
              { "name": "cool", "set": { "temperature": 0.1, "metadata": { "user_id": "u" } } },
              { "when": { "model": "x" }, "route": ["one,Big", "two,m"], "set": { "max_tokens": 7 } } ]
            """);
        var explained = await proxy.ExplainAsync(Body("x"));
        Assert.Equal(["one,Big", "two,m", "openai,gpt-5"], explained.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("target").GetString()));
        var sent = (await proxy.SendAsync(Body("x", "hi", "\"temperature\":1,"))).Json;
        Assert.Equal((0.1, 7, "u"), (sent.GetProperty("temperature").GetDouble(), sent.GetProperty("max_tokens").GetInt32(), sent.GetProperty("metadata").GetProperty("user_id").GetString()));
        Assert.Equal(10, (await proxy.SendAsync(Body("other"))).Json.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task Rules_come_before_the_clients_own_choice()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"rules\": [{ \"when\": { \"model\": \"two,*\" }, \"route\": \"one,Big\" }]");
        Assert.Equal("rule one,Big", await proxy.RouteAsync(Body("two,gpt-x")));
    }

    [Theory]
    [InlineData("{ when: { model: 'x' } }", "Router.rules[0].route: the rule does nothing")]
    [InlineData("{ when: { modle: 'x' }, route: 'one,m' }", "Router.rules[0].when.modle: warning: unknown setting, ignored; did you mean \"model\"?")]
    [InlineData("{ when: { client: 'claude' }, route: 'one,m' }", "Router.rules[0].when.client: \"claude\" is not one of \"claude-code\"")]
    [InlineData("{ when: { tools: [] }, route: 'one,m' }", "Router.rules[0].when.tools: is an empty list")]
    [InlineData("{ when: { model: 3 }, route: 'one,m' }", "Router.rules[0].when.model: must be a pattern")]
    [InlineData("{ when: { tokens: { over: -1 } }, route: 'one,m' }", "Router.rules[0].when.tokens.over: must be a whole number")]
    [InlineData("{ route: 'one,m', set: { stream: true } }", "Router.rules[0].set.stream: cannot be set here")]
    [InlineData("'one,m'", "Router.rules[0]: must be an object")]
    [InlineData("{ route: ['acme,m'] }", "names no known provider")]
    public void What_is_wrong_with_a_rule_is_said_with_its_place(string rule, string problem)
    {
        var result = TestEnvironment.Read(RoutedProxy.Config(new Uri("http://127.0.0.1:1/"), $"\"default\": \"one,m\", \"rules\": [{rule}]"));
        Assert.Contains(result.Problems, p => p.Describe("c").Contains(problem, StringComparison.Ordinal));
    }

    private static string Body(string model, string text = "hi", string fields = "") => RoutedProxy.Body(model, text, fields);

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
}
