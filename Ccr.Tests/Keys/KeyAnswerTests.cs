using System.Text.Json;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Keys;

/// <summary>What clients of every dialect are told, through the real proxy.</summary>
public sealed class KeyAnswerTests : IAsyncLifetime
{
    private KeyBed _bed = null!;

    public async Task InitializeAsync() => _bed = await KeyBed.StartAsync(more: "\"APIKEY\": \"the-master-key\",");

    public async Task DisposeAsync() => await _bed.DisposeAsync();

    public static TheoryData<string, string, int, string, string?> Refusals()
    {
        var data = new TheoryData<string, string, int, string, string?>();
        foreach (var dialect in (string[])["anthropic", "chat", "responses", "gemini"])
        {
            var (isOpenAI, isGemini) = (dialect is "chat" or "responses", dialect == "gemini");
            data.Add(dialect, "unknown", 401, isGemini ? "UNAUTHENTICATED" : "authentication_error", isOpenAI ? "invalid_api_key" : null);
            data.Add(dialect, "\"disabled\":true", 401, isGemini ? "UNAUTHENTICATED" : "authentication_error", isOpenAI ? "invalid_api_key" : null);
            data.Add(dialect, "\"models\":[\"claude-haiku*\"]", 403, isGemini ? "PERMISSION_DENIED" : "permission_error", null);
            data.Add(dialect, "\"budgetDay\":0.0001", 402, isGemini ? "RESOURCE_EXHAUSTED" : isOpenAI ? "insufficient_quota" : "billing_error", isOpenAI ? "insufficient_quota" : null);
            data.Add(dialect, "\"rpm\":1", 429, isGemini ? "RESOURCE_EXHAUSTED" : "rate_limit_error", isOpenAI ? "rate_limit_exceeded" : null);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_has_the_shape_of_its_dialect(string dialect, string members, int status, string type, string? code)
    {
        var key = members == "unknown" ? Ccr.ProxyService.Keys.KeySecret.Create() : (await _bed.CreateAsync($"\"name\":\"{Guid.NewGuid():N}\",{members}")).Key;
        var (path, body) = Question(dialect);
        if (status == 429)
        {
            Assert.Equal(200, (await _bed.AskAsync(key, body, path)).Status);
        }

        var answer = await _bed.AskAsync(key, body, path);
        Assert.True(answer.Status == status, answer.Body);
        Assert.DoesNotContain(key, answer.Body, StringComparison.Ordinal);
        var error = JsonDocument.Parse(answer.Body).RootElement.GetProperty("error");
        Assert.Equal(type, error.GetProperty(dialect == "gemini" ? "status" : "type").GetString());
        if (code is not null)
        {
            Assert.Equal(code, error.GetProperty("code").GetString());
        }

        Assert.Equal(status is 429 or 402, answer.Headers.RetryAfter is not null);
    }

    [Theory]
    [InlineData("anthropic", "anthropic-ratelimit-requests-remaining")]
    [InlineData("chat", "x-ratelimit-remaining-requests")]
    [InlineData("responses", "x-ratelimit-remaining-requests")]
    [InlineData("gemini", "x-ratelimit-remaining-requests")]
    public async Task An_answer_says_how_much_is_left_and_nothing_of_the_providers_limits(string dialect, string header)
    {
        _bed.Upstream.Answer(KeyBed.Answer().With("anthropic-ratelimit-requests-remaining", "4000").With("anthropic-ratelimit-tokens-remaining", "77"));
        var (_, key) = await _bed.CreateAsync("\"name\":\"k\",\"rpm\":10,\"budgetDay\":1");
        var (path, body) = Question(dialect);
        var (status, text, headers) = await _bed.AskAsync(key, body, path);
        Assert.True(status == 200, text);
        Assert.Equal("9", headers.GetValues(header).Single());
        Assert.Equal("0.00", headers.GetValues("x-ccr-key-spent-day").Single());
        Assert.False(headers.Contains("anthropic-ratelimit-tokens-remaining"));
    }

    [Fact]
    public async Task A_refusal_names_key_limit_and_time_and_the_models_that_are_allowed()
    {
        var (_, poor) = await _bed.CreateAsync("\"name\":\"poor man\",\"budgetMonth\":0.0005");
        var (_, body, headers) = await _bed.AskAsync(poor);
        Assert.Contains("'poor man'", body.Replace("\\u0027", "'", StringComparison.Ordinal).Replace("\\\"", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("$0.00 of its $0.0005 for this month, and this request may cost up to $0.001", body, StringComparison.Ordinal);
        Assert.Equal("false", headers.GetValues("x-should-retry").Single());

        var (_, narrow) = await _bed.CreateAsync("\"name\":\"narrow\",\"models\":[\"claude-haiku*\",\"q,*\"]");
        (_, body, _) = await _bed.AskAsync(narrow, KeyBed.Body("p,m2"));
        Assert.Contains("p,m2", body, StringComparison.Ordinal);
        Assert.Contains("claude-haiku*, q,*", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_that_a_key_may_not_have_are_left_out_of_the_list()
    {
        // p,m comes first and is not for this key; the fallback q,m is.
        var (_, key) = await _bed.CreateAsync("\"name\":\"k\",\"models\":[\"q,*\"]");
        var (status, body, headers) = await _bed.AskAsync(key);
        Assert.True(status == 200, body);
        Assert.Equal("q,m", headers.GetValues("x-ccr-tier").Single());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("x-api-key", key);
        using var response = await _bed.Proxy.Client.SendAsync(request);
        var models = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString());
        Assert.Equal(["q,m"], models);
    }

    [Fact]
    public async Task A_virtual_key_never_reaches_a_provider_and_the_account_says_whose_request_it_was()
    {
        var (id, key) = await _bed.CreateAsync("\"name\":\"k\"");
        Assert.Equal(200, (await _bed.AskAsync(key, change: r => r.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key))).Status);
        Assert.Equal(200, (await _bed.AskAsync(key, Question("gemini").Body, $"/v1beta/models/p,m:generateContent?key={key}")).Status);
        Assert.All(_bed.Upstream.Requests, r =>
        {
            Assert.DoesNotContain(r.Headers.Values, v => v.Contains("sk-ccr-", StringComparison.Ordinal));
            Assert.DoesNotContain("sk-ccr-", r.Target, StringComparison.Ordinal);
        });
        var requests = await _bed.AdminAsync(HttpMethod.Get, "/api/requests?limit=1");
        Assert.DoesNotContain(key, requests.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task A_key_is_rotated_disabled_and_deleted()
    {
        var (id, old) = await _bed.CreateAsync("\"name\":\"k\",\"expires\":\"30d\",\"team\":\"red\"");
        var rotated = await _bed.AdminAsync(HttpMethod.Post, $"/api/keys/{id}/rotate");
        var key = rotated.GetProperty("key").GetString()!;
        Assert.Equal((401, 200), ((await _bed.AskAsync(old)).Status, (await _bed.AskAsync(key)).Status));

        await _bed.AdminAsync(HttpMethod.Patch, "/api/keys/k", "{\"disabled\":true}");
        Assert.Equal(401, (await _bed.AskAsync(key)).Status);
        await _bed.AdminAsync(HttpMethod.Patch, "/api/keys/k", "{\"disabled\":false,\"expires\":\"2020-01-01\"}");
        Assert.Contains("expired at 2020-01-01T00:00:00Z", (await _bed.AskAsync(key)).Body, StringComparison.Ordinal);
        await _bed.AdminAsync(HttpMethod.Patch, "/api/keys/k", "{\"expires\":null}");
        Assert.Equal(200, (await _bed.AskAsync(key)).Status);

        foreach (var text in (string[])[(await _bed.AdminAsync(HttpMethod.Get, "/api/keys")).GetRawText(), (await _bed.AdminAsync(HttpMethod.Get, $"/api/keys/{id}")).GetRawText()])
        {
            Assert.DoesNotContain(key, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Ccr.ProxyService.Keys.KeyDigest.Of(key).ToString(), text, StringComparison.Ordinal);
            Assert.Contains(key[^4..], text, StringComparison.Ordinal);
        }

        await _bed.AdminAsync(HttpMethod.Delete, $"/api/keys/{id}");
        Assert.Equal(401, (await _bed.AskAsync(key)).Status);
        await _bed.AdminAsync(HttpMethod.Get, $"/api/keys/{id}", status: 404);
    }

    [Theory]
    [InlineData("{\"rpm\":1}", 400, "name")]
    [InlineData("{\"name\":\"a\",\"rpm\":0}", 400, "rpm")]
    [InlineData("{\"name\":\"a\",\"budgetDay\":-1}", 400, "budgetDay")]
    [InlineData("{\"name\":\"a\",\"budgetDay\":0.00000001}", 400, "budgetDay")]
    [InlineData("{\"name\":\"a\",\"expires\":\"soon\"}", 400, "expires")]
    [InlineData("{\"name\":\"a\",\"models\":\"x\"}", 400, "models")]
    [InlineData("{\"name\":\"a\",\"colour\":\"red\"}", 400, "colour")]
    [InlineData("[]", 400, "object")]
    [InlineData("{", 400, "JSON")]
    public async Task What_is_wrong_with_a_key_is_named(string body, int status, string word)
    {
        var answer = await _bed.AdminAsync(HttpMethod.Post, "/api/keys", body, status);
        Assert.Contains(word, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_keys_of_one_name_there_are_not()
    {
        await _bed.CreateAsync("\"name\":\"Twin\"");
        var answer = await _bed.AdminAsync(HttpMethod.Post, "/api/keys", "{\"name\":\"twin\"}", 409);
        Assert.Contains("taken", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_are_counted_by_reason_and_no_label_names_a_key()
    {
        var (id, key) = await _bed.CreateAsync("\"name\":\"secret name\",\"budgetDay\":0");
        await _bed.AskAsync(key);
        var page = await _bed.Proxy.Client.GetStringAsync("/metrics");
        Assert.Contains("ccr_key_refusals_total{reason=\"budget_day\"} 1\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("secret name", page, StringComparison.Ordinal);
        Assert.DoesNotContain(id, page, StringComparison.Ordinal);
    }

    private static (string Path, string Body) Question(string dialect) => dialect switch
    {
        "anthropic" => ("/v1/messages", KeyBed.Body()),
        "chat" => ("/v1/chat/completions", $$"""{"model":"gpt-x","max_tokens":100,"messages":[{"role":"user","content":"{{Guid.NewGuid()}}"}]}"""),
        "responses" => ("/v1/responses", $$"""{"model":"gpt-x","max_output_tokens":100,"input":"{{Guid.NewGuid()}}"}"""),
        _ => ("/v1beta/models/gemini-x:generateContent", $$$"""{"contents":[{"role":"user","parts":[{"text":"{{{Guid.NewGuid()}}}"}]}],"generationConfig":{"maxOutputTokens":100}}"""),
    };
}
