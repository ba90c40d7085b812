using System.Net;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Health;
using Ccr.Tests.Proxy;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Resilience;

/// <summary>The real proxy before two scripted providers, "one" and "two".</summary>
public sealed class HealthEndToEndTests : IAsyncLifetime
{
    private static readonly ScriptedReply Good = ScriptedReply.Json(Wire.Whole(Dialect.Anthropic));

    private static readonly ScriptedReply Down = Error(503, "api_error");

    private ScriptedUpstream _one = null!;
    private ScriptedUpstream _two = null!;

    public async Task InitializeAsync()
    {
        (_one, _two) = (await ScriptedUpstream.StartAsync(), await ScriptedUpstream.StartAsync());
        _two.Answer(Good);
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task A_target_that_is_down_is_asked_three_times_and_then_left_alone()
    {
        _one.Answer(Down);
        await using var proxy = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(proxy)).Status);
        }

        Assert.Equal((3, 10), (_one.Requests.Count, _two.Requests.Count));
        var metrics = await proxy.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("ccr_breaker_state{tier=\"one,m\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("ccr_target_refusals_total{tier=\"one,m\",reason=\"open\"} 7\n", metrics, StringComparison.Ordinal);
        Assert.Contains("ccr_provider_active{provider=\"one\"} 0\n", metrics, StringComparison.Ordinal);
        var target = JsonDocument.Parse(await proxy.Client.GetStringAsync(new Uri("/api/status", UriKind.Relative))).RootElement.GetProperty("targets")[0];
        Assert.Equal(("open", 7), (target.GetProperty("breaker").GetString(), target.GetProperty("refusals").GetProperty("open").GetInt32()));
    }

    [Fact]
    public async Task With_nobody_else_to_ask_an_open_breaker_stops_no_request()
    {
        _one.Answer(Down, Down, Down, Down, Good);
        await using var proxy = await StartAsync(tiers: "");
        for (var i = 0; i < 4; i++)
        {
            Assert.InRange((int)(await AskAsync(proxy)).Status, 500, 599);
        }

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(proxy)).Status);
        Assert.Equal("closed", proxy.Services.GetRequiredService<TargetHealth>().Snapshot()[0].Breaker);
        Assert.Equal(5, _one.Requests.Count);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_not_used_again_and_the_other_serves()
    {
        _one.Answer(Error(401, "authentication_error"), Good);
        await using var proxy = await StartAsync(one: """, "api_keys": ["key-one-aaaa", "key-one-bbbb"]""");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(proxy)).Status);
        }

        Assert.Equal(["key-one-aaaa", "key-one-bbbb", "key-one-bbbb", "key-one-bbbb", "key-one-bbbb"], _one.Requests.Select(r => r.Headers["x-api-key"]));
        Assert.Empty(_two.Requests);
    }

    [Theory]
    [InlineData("", """, "rateLimitPolicy": "passthrough" """)]
    [InlineData(""", "rate_limit_policy": "passthrough" """, "")]
    public async Task Passthrough_tells_the_client_of_a_rate_limit_and_of_a_key_that_rests_for_one(string one, string router)
    {
        _one.Answer(Error(429, "rate_limit_error").With("retry-after", "7"));
        await using var proxy = await StartAsync(one, router: router);
        for (var i = 0; i < 2; i++)
        {
            var answer = await AskAsync(proxy);
            Assert.Equal((HttpStatusCode.TooManyRequests, "one,m", "rate_limit_error"), (answer.Status, answer.Tier, answer.ErrorType));
            Assert.InRange(answer.RetryAfter!.Value.TotalSeconds, 1, 7);
        }

        Assert.Single(_one.Requests);
        Assert.Empty(_two.Requests);
    }

    [Fact]
    public async Task Cascade_asks_the_next_and_does_not_ask_a_key_that_rests()
    {
        _one.Answer(Error(429, "rate_limit_error").With("retry-after", "60"));
        await using var proxy = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("two,m", (await AskAsync(proxy)).Tier);
        }

        Assert.Single(_one.Requests);
    }

    [Fact]
    public async Task A_used_up_key_is_passed_over_before_it_gets_a_429()
    {
        _one.Answer(Good.With("anthropic-ratelimit-requests-remaining", "0").With("anthropic-ratelimit-requests-reset", DateTimeOffset.UtcNow.AddMinutes(5).ToString("yyyy-MM-ddTHH:mm:ssZ", null)));
        await using var proxy = await StartAsync();
        Assert.Equal("one,m", (await AskAsync(proxy)).Tier);
        Assert.Equal("two,m", (await AskAsync(proxy)).Tier);
        Assert.Single(_one.Requests);
    }

    [Fact]
    public async Task Our_own_limit_passes_calls_on_and_answers_429_where_nobody_is_left()
    {
        _one.Answer(Good);
        await using var proxy = await StartAsync(one: """, "limits": { "requests_per_minute": 1 } """, tiers: "");
        Assert.Equal("one,m", (await AskAsync(proxy)).Tier);
        var answer = await AskAsync(proxy);
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_error"), (answer.Status, answer.ErrorType));
        Assert.InRange(answer.RetryAfter!.Value.TotalSeconds, 1, 60);
        Assert.Single(_one.Requests);
    }

    [Fact]
    public async Task Without_a_place_the_next_is_asked_and_with_no_next_the_answer_is_overload()
    {
        var release = new TaskCompletionSource();
        _one.Answer(Good with { BeforeLast = release.Task });
        await using var proxy = await StartAsync(one: """, "limits": { "max_concurrent": 1, "max_wait_ms": 0 } """);
        await using var alone = await StartAsync(one: """, "limits": { "max_concurrent": 1, "max_wait_ms": 0 } """, tiers: "");
        var (first, second) = (AskAsync(proxy), AskAsync(alone));
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (_one.Requests.Count < 2 && DateTime.UtcNow < deadline)
        {
            await Task.Delay(10);
        }

        Assert.Equal("two,m", (await AskAsync(proxy)).Tier);
        var busy = await AskAsync(alone);
        Assert.Equal((529, "overloaded_error"), ((int)busy.Status, busy.ErrorType));
        Assert.NotNull(busy.RetryAfter);
        release.SetResult();
        Assert.Equal("one,m", (await first).Tier);
        Assert.Equal("one,m", (await second).Tier);
        Assert.Equal("one,m", (await AskAsync(alone)).Tier);
    }

    [Fact]
    public async Task A_request_that_cannot_be_translated_loses_no_place()
    {
        _one.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        await using var proxy = await StartAsync(one: """, "limits": { "max_concurrent": 1, "max_wait_ms": 0 } """, tiers: "", protocol: "openai");
        var body = """{"model":"m","max_tokens":10,"container":"c","messages":[{"role":"user","content":"go"}]}""";
        for (var i = 0; i < 2; i++)
        {
            var (response, text) = await proxy.AskAsync(body);
            using (response)
            {
                Assert.True(response.StatusCode is HttpStatusCode.BadRequest, text);
            }
        }

        Assert.Equal("one,m", (await AskAsync(proxy)).Tier);
    }

    [Fact]
    public async Task Where_the_others_fail_those_that_refused_are_asked_after_all()
    {
        _one.Answer(Down, Down, Down, Good);
        await using var proxy = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("two,m", (await AskAsync(proxy)).Tier);
        }

        _two.Answer(Down);
        Assert.Equal("one,m", (await AskAsync(proxy)).Tier);
        Assert.Single(_two.Requests);
    }

    [Fact]
    public async Task A_health_probe_brings_a_target_back_before_its_time()
    {
        _one.Answer(Down, Down, Down, Good);
        await using var proxy = await StartAsync(top: """ "Breaker": { "openMs": 3600000, "maxOpenMs": 3600000 }, "HealthProbes": { "enabled": true, "intervalMs": 100 }, """);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("two,m", (await AskAsync(proxy)).Tier);
        }

        var health = proxy.Services.GetRequiredService<TargetHealth>();
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (health.Snapshot()[0].Breaker != "closed" && DateTime.UtcNow < deadline)
        {
            await Task.Delay(20);
        }

        Assert.Equal("one,m", (await AskAsync(proxy)).Tier);
        Assert.Equal(1, _one.Requests[3].Json.GetProperty("max_tokens").GetInt32());
    }

    private static ScriptedReply Error(int status, string type) => ScriptedReply.Json($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"no"}}""", status);

    private static async Task<Answer> AskAsync(RunningProxy proxy)
    {
        var (response, body) = await proxy.AskAsync(Wire.Body(Dialect.Anthropic, "m", stream: false));
        using (response)
        {
            var json = JsonDocument.Parse(body).RootElement;
            return new(
                response.StatusCode,
                response.Headers.TryGetValues("x-ccr-tier", out var tier) ? tier.Single() : null,
                json.TryGetProperty("error", out var error) ? error.GetProperty("type").GetString() : null,
                response.Headers.RetryAfter?.Delta);
        }
    }

    private Task<RunningProxy> StartAsync(string one = "", string tiers = "\"two,m\"", string router = "", string top = "", string protocol = "anthropic") => RunningProxy.StartAsync($$"""
        {
          "LOG": false, {{top}}
          "Providers": [
            { "name": "one", "protocol": "{{protocol}}", "api_base_url": "{{_one.BaseAddress}}v1/{{(protocol == "openai" ? "chat/completions" : "messages")}}", "models": ["m"] {{one}} },
            { "name": "two", "protocol": "anthropic", "api_base_url": "{{_two.BaseAddress}}v1/messages", "models": ["m"], "api_key": "key-two-aaaa" }
          ],
          "Affinity": { "enabled": false }, "Attach": { "enabled": false }, "Router": { "default": "one,m", "order": "priority", "tierRetries": { "*": { "max_retries": 0 } }, "tiers": [{{tiers}}] {{router}} }
        }
        """);

    private sealed record Answer(HttpStatusCode Status, string? Tier, string? ErrorType, TimeSpan? RetryAfter);
}
