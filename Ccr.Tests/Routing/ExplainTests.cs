using System.Net;
using System.Text.Json;

namespace Ccr.Tests.Routing;

/// <summary>POST /v1/route/explain, and the routing keys of the configurations that people have.</summary>
public sealed class ExplainTests
{
    [Fact]
    public async Task A_dry_run_tells_scenario_tokens_targets_and_every_rule_and_sends_nothing()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"think\": \"two,m\", \"longContext\": \"one,Big\", \"tiers\": [\"openai,gpt-5\"]", "\"fallback\": { \"think\": [\"one,Big\"] },");
        proxy.Upstream.Answer();
        var explained = await proxy.ExplainAsync(RoutedProxy.Body("claude-sonnet-4-5", "hi", "\"stream\":true,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000},"));
        Assert.Equal(("think", "thinking is enabled", "anthropic", "other"),
            (explained.GetProperty("scenario").GetString(), explained.GetProperty("reason").GetString(), explained.GetProperty("dialect").GetString(), explained.GetProperty("application").GetString()));
        Assert.Equal(["two,m anthropic", "one,Big anthropic", "openai,gpt-5 openai-chat"], explained.GetProperty("targets").EnumerateArray().Select(t => $"{t.GetProperty("target")} {t.GetProperty("protocol")}"));
        Assert.Equal(["direct False", "longContext False", "subagent False", "background False", "webSearch False", "image False", "think True"],
            explained.GetProperty("steps").EnumerateArray().Select(s => $"{s.GetProperty("rule")} {s.GetProperty("taken").GetBoolean()}"));
        Assert.Equal(JsonValueKind.Null, explained.GetProperty("estimated_cost_usd").ValueKind);
        Assert.Equal("local", explained.GetProperty("tokens_source").GetString());
        Assert.InRange(explained.GetProperty("tokens").GetInt64(), 1, 20);
        Assert.Empty(proxy.Upstream.Requests);
        Assert.Equal("""{"requests":[],"next":null,"source":"memory"}""", await proxy.Proxy.Client.GetStringAsync("/api/requests"));
    }

    [Fact]
    public async Task What_routing_refuses_is_refused_in_the_same_words()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"background\": \"one,m\"");
        using var noRoute = await proxy.Proxy.PostAsync("/v1/route/explain", RoutedProxy.Body("gpt-9"));
        Assert.Equal(HttpStatusCode.BadRequest, noRoute.StatusCode);
        Assert.Contains("No route takes this request: set Router.default to \\\"provider,model\\\"", await noRoute.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unknown = await proxy.Proxy.PostAsync("/v1/route/explain?dialect=klingon", RoutedProxy.Body("m"));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var garbage = await proxy.Proxy.PostAsync("/v1/route/explain", "{");
        Assert.Equal(HttpStatusCode.BadRequest, garbage.StatusCode);
    }

    [Fact]
    public async Task Missing_model_in_request_body_has_a_readable_reason()
    {
        // The Node router says this of an unset Router.default; here the client's fault and the configuration's have messages of their own.
        await using var proxy = await RoutedProxy.StartAsync("");
        using var noModel = await proxy.Proxy.PostAsync("""{"max_tokens":1,"messages":[]}""");
        Assert.Contains("model is missing", await noModel.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var noDefault = await proxy.Proxy.PostAsync(RoutedProxy.Body("claude-sonnet-4-5"));
        Assert.Contains("set Router.default", await noDefault.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IgnoreDirect_of_the_Rust_router_heeds_no_choice_of_the_client()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"ignoreDirect\": true");
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("two,gpt-x")));
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("acme,x")));
        Assert.Contains("ignoreDirect", RoutedProxy.Reason(await proxy.ExplainAsync(RoutedProxy.Body("gpt-x")), "direct"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TopK_of_the_Rust_router_keeps_the_first_targets()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"topK\": 2, \"tiers\": [\"one,m\", \"two,m\", \"openai,gpt-5\"]");
        var explained = await proxy.ExplainAsync(RoutedProxy.Body("x"));
        Assert.Equal(["one,m", "two,m"], explained.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("target").GetString()));
        Assert.Equal("of 3 targets the first 2 are tried", RoutedProxy.Reason(explained, "topK"));
    }

    [Fact]
    public async Task ForceNonStreaming_of_the_Rust_router_spares_providers_with_allow_streaming()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"forceNonStreaming\": true, \"tiers\": [\"two,m\"]");
        var explained = await proxy.ExplainAsync(RoutedProxy.Body("x", "hi", "\"stream\":true,"));
        Assert.Equal([true, false], explained.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("asked_for_whole_answer").GetBoolean()));
    }

    [Theory]
    [InlineData("[search] what is new?", true, "what is new?")]
    [InlineData("what is [web]", true, "what is ")]
    [InlineData("[search]", true, ".")]
    [InlineData("an array[search ] [we b]", false, "an array[search ] [we b]")]
    public async Task WebSearch_as_an_object_of_the_Rust_router_heeds_and_cuts_its_tags(string text, bool isSearch, string sentText)
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"webSearch\": { \"enabled\": true, \"search_provider\": \"two,m\" }");
        Assert.Equal(isSearch ? "webSearch two,m" : "default one,m", await proxy.RouteAsync(RoutedProxy.Body("x", text)));
        Assert.Equal(sentText, (await proxy.SendAsync(RoutedProxy.Body("x", text))).Json.GetProperty("messages")[0].GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_search_tag_of_an_earlier_message_is_cut_but_asks_for_nothing()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"webSearch\": { \"enabled\": true, \"search_provider\": \"two,m\" }");
        const string Body = """{"model":"x","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"[web] a"}]},{"role":"assistant","content":"[web]"},{"role":"user","content":"b"}]}""";
        Assert.Equal("default one,m", await proxy.RouteAsync(Body));
        Assert.Contains("""{"type":"text","text":"a"}]},{"role":"assistant","content":"[web]"}""", (await proxy.SendAsync(Body)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-3-5-haiku-20241022", null, "background one,Big")]
    [InlineData("claude-haiku-9-1", null, "background one,Big")]
    [InlineData("claude-sonnet-4-5", "auxiliary", "background one,Big")]
    [InlineData("claude-sonnet-4-5", "main", "default one,m")]
    public async Task Background_of_the_Node_and_Go_routers_takes_every_haiku_and_what_the_client_calls_auxiliary(string model, string? requestClass, string route)
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"background\": \"one,Big\"");
        Assert.Equal(route, await proxy.RouteAsync(RoutedProxy.Body(model), r =>
        {
            if (requestClass is not null)
            {
                r.Headers.Add("x-claude-code-request-class", requestClass);
            }
        }));
    }

    [Theory]
    [InlineData("openai-chat", """{"model":"x","reasoning_effort":"high","messages":[]}""", true)]
    [InlineData("openai-chat", """{"model":"x","reasoning_effort":"medium","messages":[]}""", false)]
    [InlineData("openai-responses", """{"model":"x","reasoning":{"effort":"xhigh"},"input":"x"}""", true)]
    [InlineData("openai-responses", """{"model":"x","reasoning":{"effort":"medium","summary":"auto"},"input":"x"}""", false)]
    [InlineData("gemini", """{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}}""", true)]
    [InlineData("gemini", """{"contents":[],"generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":0}}}""", false)]
    [InlineData("gemini", """{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}}""", false)]
    [InlineData("gemini", """{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingLevel":"high"}}}""", true)]
    [InlineData("gemini", """{"contents":[],"generationConfig":{"temperature":1}}""", false)]
    public async Task Think_is_asked_for_in_each_dialects_words(string dialect, string body, bool thinks)
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"think\": \"one,Big\"");
        Assert.Equal(thinks ? "think one,Big" : "default one,m", await proxy.RouteAsync(body, query: $"?dialect={dialect}&model=x"));
    }

    [Fact]
    public async Task A_rule_to_a_disabled_provider_is_passed_over_and_says_so()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"rules\": [{ \"route\": \"off,only-there\" }]");
        var explained = await proxy.ExplainAsync(RoutedProxy.Body("x"));
        Assert.Equal("default", explained.GetProperty("scenario").GetString());
        Assert.Equal("rule 1: its provider is disabled", RoutedProxy.Reason(explained, "rule"));
    }

    [Fact]
    public async Task A_request_is_remembered_with_the_steps_that_say_something()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"think\": \"two,m\"");
        await proxy.SendAsync(RoutedProxy.Body("m"));
        var record = JsonDocument.Parse(await proxy.Proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
        Assert.Equal(["direct several providers offer m: one, two; write \"provider,model\"", "think thinking is not asked for", "default no other rule applies"],
            record.GetProperty("route").EnumerateArray().Select(s => $"{s.GetProperty("rule")} {s.GetProperty("reason")}"));
    }
}
