using System.Net;
using System.Text.Json;
using Ccr.Tests.Configuration;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Routing;

/// <summary>/preset/NAME/v1/…: entries of Presets as in the Rust router, folders with a manifest as in the Node router 2.x.</summary>
public sealed class PresetTests : IAsyncLifetime, IDisposable
{
    private const string Presets = """
        "Presets": { "coding": { "route": "two,gpt-x", "max_tokens": 77, "temperature": 0.25, "top_k": 3 }, "docs": { "route": "one,Big" } },
        """;

    private readonly TemporaryFolder _home = new();
    private RoutedProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        _home.Write(".claude-code-router/presets/team/manifest.json", """
            { "name": "team", "version": "1.0.0", "description": "of a team", "schema": [{ "id": "model", "type": "input" }, { "id": "key", "type": "password" }],
              "userValues": { "model": "Big", "key": "own-key", "limit": 500 },
              "Providers": [{ "name": "own", "api_base_url": "UPSTREAMown/v1/messages", "api_key": "#{key}", "models": ["x"] }],
              "Router": { "default": "own,x", "think": "one,#{model}", "longContext": "one,m", "longContextThreshold": "#{limit}" } }
            """);
        _home.Write(".claude-code-router/presets/broken/manifest.json", """{ "Router": { "default": "nobody,x" } }""");
        _proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"presets\": { \"other\": { \"route\": \"one,m\" } }", Presets, _home.Root);
        var manifest = _home.File(".claude-code-router/presets/team/manifest.json");
        await File.WriteAllTextAsync(manifest, (await File.ReadAllTextAsync(manifest)).Replace("UPSTREAM", _proxy.Upstream.BaseAddress.AbsoluteUri, StringComparison.Ordinal));
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_presets_route_and_parameters_are_used_and_the_requests_own_parameters_win()
    {
        var sent = (await _proxy.SendAsync("""{"model":"claude-sonnet-4-5","max_tokens":10,"messages":[{"role":"user","content":"x"}]}""", "/preset/coding/v1/messages?beta=true")).Json;
        Assert.Equal(("gpt-x", 10, 0.25, 3), (sent.GetProperty("model").GetString(), sent.GetProperty("max_tokens").GetInt32(), sent.GetProperty("temperature").GetDouble(), sent.GetProperty("top_k").GetInt32()));
        var record = JsonDocument.Parse(await _proxy.Proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
        Assert.Equal("preset", record.GetProperty("scenario").GetString());
        Assert.Equal("the address names the preset coding", record.GetProperty("route")[0].GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("/preset/coding/v1/chat/completions", """{"model":"x","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("/preset/coding/v1/responses", """{"model":"x","input":"x"}""")]
    [InlineData("/preset/coding/v1beta/models/x:generateContent", """{"contents":[{"role":"user","parts":[{"text":"x"}]}]}""")]
    [InlineData("/preset/CODING/v1/v1/messages", """{"model":"x","messages":[{"role":"user","content":"x"}]}""")]
    public async Task Presets_work_for_every_dialect(string path, string body)
    {
        var sent = (await _proxy.SendAsync(body, path)).Json;
        Assert.Equal(("gpt-x", 77, 0.25), (sent.GetProperty("model").GetString(), sent.GetProperty("max_tokens").GetInt32(), sent.GetProperty("temperature").GetDouble()));
    }

    [Fact]
    public async Task A_folder_of_the_Node_router_has_providers_and_routes_of_its_own()
    {
        var sent = await _proxy.SendAsync(RoutedProxy.Body("claude-sonnet-4-5"), "/preset/team/v1/messages");
        Assert.Equal(("/own/v1/messages", "own-key"), (sent.Target, sent.Headers["x-api-key"]));
        Assert.Equal("think one,Big", await _proxy.RouteAsync(RoutedProxy.Body("m", fields: "\"thinking\":{\"type\":\"adaptive\"},"), query: "?preset=team"));
        Assert.Equal("longContext one,m", await _proxy.RouteAsync(RoutedProxy.Body("m", string.Join(' ', Enumerable.Repeat("word", 600))), query: "?preset=team"));
    }

    [Fact]
    public async Task Counting_and_models_are_served_below_a_preset()
    {
        using var count = await _proxy.Proxy.PostAsync("/preset/coding/v1/messages/count_tokens", """{"model":"m","messages":[{"role":"user","content":"hello world"}]}""");
        Assert.InRange(JsonDocument.Parse(await count.Content.ReadAsStringAsync()).RootElement.GetProperty("input_tokens").GetInt32(), 2, 20);
        Assert.Contains("one,m", await _proxy.Proxy.Client.GetStringAsync("/preset/coding/v1/models"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_preset_is_told_in_the_clients_dialect_with_those_that_exist()
    {
        using var anthropic = await _proxy.Proxy.PostAsync("/preset/nope/v1/messages", RoutedProxy.Body("m"));
        Assert.Equal(HttpStatusCode.NotFound, anthropic.StatusCode);
        var text = await anthropic.Content.ReadAsStringAsync();
        Assert.Contains("\"type\":\"error\"", text, StringComparison.Ordinal);
        Assert.Contains("There is no preset \\\"nope\\\"; there are \\\"coding\\\", \\\"docs\\\", \\\"other\\\", \\\"team\\\"", text, StringComparison.Ordinal);
        using var chat = await _proxy.Proxy.PostAsync("/preset/..%2fteam/v1/chat/completions", """{"model":"m","messages":[]}""");
        Assert.Equal(HttpStatusCode.NotFound, chat.StatusCode);
        Assert.DoesNotContain("\"type\":\"error\"", await chat.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var broken = await _proxy.Proxy.PostAsync("/preset/broken/v1/messages", RoutedProxy.Body("m"));
        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.Contains("manifest has an error", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_listed_as_in_the_Rust_router()
    {
        var list = JsonDocument.Parse(await _proxy.Proxy.Client.GetStringAsync("/v1/presets")).RootElement;
        Assert.Equal(["coding two,gpt-x 77 0.25", "docs one,Big null null", "other one,m null null", "team own,x null null"],
            list.EnumerateArray().Select(p => $"{p.GetProperty("name")} {p.GetProperty("route")} {p.GetProperty("max_tokens").GetRawText()} {p.GetProperty("temperature").GetRawText()}"));
    }

    [Theory]
    [InlineData("{ a: { route: 'one,m', temperature: 'hot' } }", "Presets.a.temperature: must be a number, 0 or more, but is a string")]
    [InlineData("{ a: { route: 'one,m', model: 'x' } }", "Presets.a.model: cannot be set here")]
    [InlineData("{ a: { max_tokens: 1 } }", "Presets.a.route: missing: give the preset's route")]
    [InlineData("{ 'a/b': { route: 'one,m' } }", "Presets.a/b: a preset's name is part of an address")]
    [InlineData("{ a: 'one,m' }", "Presets.a: must be an object")]
    [InlineData("{ a: { route: 'acme,m' } }", "Presets.a.route: the route \"acme,m\" names no known provider")]
    public void What_is_wrong_with_a_preset_is_said_with_its_place(string presets, string problem)
    {
        var result = TestEnvironment.Read(RoutedProxy.Config(new Uri("http://127.0.0.1:1/"), "\"default\": \"one,m\"", $"\"Presets\": {presets},"));
        Assert.Contains(result.Problems, p => p.IsError && p.Describe("c").Contains(problem, StringComparison.Ordinal));
    }
}
