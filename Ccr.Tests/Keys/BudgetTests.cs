using System.Text.Json;
using Ccr.Standins.EmbeddedRedis;
using Ccr.Tests.Parts;
using Ccr.Tests.Proxy;
using Ccr.Tests.Usage;

namespace Ccr.Tests.Keys;

/// <summary>Money, requests and places across replicas.</summary>
public sealed class BudgetTests
{
    /// <summary>What five cents are enough for.</summary>
    private const int Paid = 50;

    [NeedsFact("redis-server")]
    public async Task Of_500_requests_at_once_over_two_replicas_exactly_as_many_are_served_as_are_paid_for()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await AssertExactAsync(redis.ConnectionString, callers: 500);
    }

    [Fact]
    public async Task The_embedded_redis_does_the_same()
    {
        await using var redis = await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions(), CancellationToken.None);
        await AssertExactAsync($"{redis.Endpoint}", callers: 150);
    }

    [Fact]
    public async Task So_does_a_single_router_without_redis()
    {
        await using var bed = await KeyBed.StartAsync();
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":0.05");
        await AssertExactAsync(bed, id, key, callers: 150);
    }

    [NeedsFact("redis-server")]
    public async Task Money_that_is_reserved_is_not_given_twice_and_what_was_not_used_comes_back()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await KeyBed.StartAsync(redis.ConnectionString, proxies: 2);
        var answer = new TaskCompletionSource();

        // Up to 1,000 tokens are asked for, a cent each; a tenth of that is used.
        bed.Upstream.Answer(KeyBed.Answer() with { BeforeLast = answer.Task });
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":0.1");
        await bed.UntilAsync(id, _ => true, bed.Proxies[1]);
        var calls = Enumerable.Range(0, 30).Select(i => bed.AskAsync(key, KeyBed.Body(maxTokens: 1000), proxy: bed.Proxies[i % 2])).ToList();
        await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 10);

        // Ten hold all of it; the others are told at once to come again soon, not that the money is gone.
        var refused = new List<(int Status, string Body, System.Net.Http.Headers.HttpResponseHeaders Headers)>();
        while (refused.Count < 20)
        {
            var done = await Task.WhenAny(calls.Where(c => !refused.Exists(r => r == (c.IsCompleted ? c.Result : default)))).WaitAsync(TimeSpan.FromSeconds(20));
            refused.Add(await done);
        }

        Assert.All(refused, r => Assert.True(r.Status == 429 && r.Body.Contains("reserved", StringComparison.Ordinal) && r.Headers.RetryAfter is not null, r.Body));
        var report = await bed.AdminAsync(HttpMethod.Get, "/api/keys/" + id);
        Assert.Equal((0.1m, 0m, 0m), (KeyBed.Money(report, "reserved"), KeyBed.Money(report, "spentDay"), KeyBed.Money(report, "remainingDay")));

        answer.SetResult();
        Assert.Equal(10, (await Task.WhenAll(calls)).Count(r => r.Status == 200));
        report = await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0);
        Assert.Equal((0m, 0.01m, 0.09m), (KeyBed.Money(report, "reserved"), KeyBed.Money(report, "spentDay"), KeyBed.Money(report, "remainingDay")));
        Assert.Equal(0.01m, KeyBed.Money(report, "spentMonth"));
    }

    [NeedsFact("redis-server")]
    public async Task Requests_of_a_minute_are_counted_over_replicas()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await KeyBed.StartAsync(redis.ConnectionString, proxies: 2);
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"rpm\":25");
        await bed.UntilAsync(id, _ => true, bed.Proxies[1]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => bed.AskAsync(key, proxy: bed.Proxies[i % 2])));
        Assert.Equal((25, 75), (answers.Count(a => a.Status == 200), answers.Count(a => a.Status == 429)));
        var refused = answers.First(a => a.Status == 429);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 66);
        Assert.Contains("rate_limit_error", refused.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(key, refused.Body, StringComparison.Ordinal);
        var served = answers.First(a => a.Status == 200).Headers;
        Assert.Equal("25", served.GetValues("anthropic-ratelimit-requests-limit").Single());
        Assert.InRange(int.Parse(served.GetValues("anthropic-ratelimit-requests-remaining").Single(), System.Globalization.CultureInfo.InvariantCulture), 0, 24);
    }

    [Fact]
    public async Task Only_so_many_at_once()
    {
        await using var bed = await KeyBed.StartAsync();
        var answer = new TaskCompletionSource();
        bed.Upstream.Answer(KeyBed.Answer() with { BeforeLast = answer.Task });
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"maxConcurrent\":1");
        var first = bed.AskAsync(key);
        await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 1);
        Assert.Equal(429, (await bed.AskAsync(key)).Status);
        answer.SetResult();
        Assert.Equal(200, (await first).Status);
        await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0);
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
    }

    [Fact]
    public async Task A_failed_request_gives_its_money_back()
    {
        await using var bed = await KeyBed.StartAsync();
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":0.001,\"models\":[\"p,*\"]");
        bed.Upstream.Answer(ScriptedReply.Json("""{"type":"error","error":{"type":"api_error","message":"no"}}""", 500), KeyBed.Answer());
        Assert.Equal(500, (await bed.AskAsync(key)).Status);
        var report = await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0);
        Assert.Equal((0m, 0m), (KeyBed.Money(report, "spentDay"), KeyBed.Money(report, "reserved")));
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
    }

    [Fact]
    public async Task An_answer_that_is_given_up_before_it_is_known_what_it_used_costs_what_was_reserved()
    {
        await using var bed = await KeyBed.StartAsync();
        var end = new TaskCompletionSource();
        bed.Upstream.Answer(ScriptedReply.Events(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}}\n\n",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n") with
        { BeforeLast = end.Task });
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":1");
        var body = KeyBed.Body().Replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"", StringComparison.Ordinal);
        using (var response = await bed.Proxy.PostAsync(body, Alone))
        {
            Assert.Equal(200, (int)response.StatusCode);
            Assert.NotEqual(0, await (await response.Content.ReadAsStreamAsync()).ReadAsync(new byte[100]));
        }

        var report = await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0);
        Assert.Equal((0.001m, 0m), (KeyBed.Money(report, "spentDay"), KeyBed.Money(report, "reserved")));
        end.SetResult();

        void Alone(HttpRequestMessage request)
        {
            request.Headers.Add("x-api-key", key);
            request.Headers.Add("x-ccr-attach", "off");
        }
    }

    [Fact]
    public async Task A_key_without_a_budget_has_its_spending_entered_all_the_same()
    {
        await using var bed = await KeyBed.StartAsync();
        var (id, key) = await bed.CreateAsync("\"name\":\"k\"");
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
        await bed.UntilAsync(id, r => KeyBed.Money(r, "spentMonth") == 0.001m);
        await bed.AdminAsync(HttpMethod.Patch, "/api/keys/" + id, "{\"budgetMonth\":\"0.0015\"}");
        Assert.Equal(402, (await bed.AskAsync(key)).Status);
    }

    [Fact]
    public async Task A_request_that_is_too_much_by_its_size_is_counted_before_it_is_refused()
    {
        // A dollar for a million tokens of input: the text's 40,000 bytes might be 4 cents, its tokens are about a fifth of that.
        await using var bed = await KeyBed.StartAsync(pricing: "\"pricing\": { \"input_per_million_tokens\": 1, \"output_per_million_tokens\": 0 }");
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":0.03");
        var text = string.Join(' ', Enumerable.Repeat("the quick brown fox jumps over the lazy dog", 900));
        var body = $$"""{"model":"claude-x","max_tokens":100,"messages":[{"role":"user","content":"{{text}}"}]}""";
        Assert.InRange(body.Length, 35_000, 60_000);
        Assert.Equal(200, (await bed.AskAsync(key, body)).Status);
        await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0);
        Assert.Equal(402, (await bed.AskAsync(key, body.Replace(text, $"{text} {text} {text} {text}", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task A_budget_does_not_pay_for_what_has_no_price_unless_that_is_wanted()
    {
        await using var bed = await KeyBed.StartAsync();
        var (_, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":1");
        var (status, body, _) = await bed.AskAsync(key, KeyBed.Body("q,m"));
        Assert.Equal(403, status);
        Assert.Contains("Keys.unpriced", body, StringComparison.Ordinal);

        await using var open = await KeyBed.StartAsync(more: "\"Keys\": { \"unpriced\": \"allow\" },");
        var (_, other) = await open.CreateAsync("\"name\":\"k\",\"budgetDay\":1");
        Assert.Equal(200, (await open.AskAsync(other, KeyBed.Body("q,m"))).Status);
    }

    [Fact]
    public async Task Counting_tokens_costs_nothing_and_is_not_limited()
    {
        await using var bed = await KeyBed.StartAsync(more: "");
        var (_, key) = await bed.CreateAsync("\"name\":\"k\",\"rpm\":1,\"budgetDay\":0");
        bed.Upstream.Answer(ScriptedReply.Json("{\"input_tokens\":7}"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await bed.AskAsync(key, path: "/v1/messages/count_tokens")).Status);
        }

        Assert.Equal(402, (await bed.AskAsync(key)).Status);
    }

    private static async Task AssertExactAsync(string redis, int callers)
    {
        // A machine that is busy with other tests must not be taken for a Redis that is away.
        await using var bed = await KeyBed.StartAsync(redis, proxies: 2, more: "\"Keys\": { \"redisWaitMs\": 30000 },");
        var (id, key) = await bed.CreateAsync("\"name\":\"k\",\"budgetDay\":0.05");
        await bed.UntilAsync(id, _ => true, bed.Proxies[1]);
        await AssertExactAsync(bed, id, key, callers);
    }

    /// <summary>Each costs a tenth of a cent, whatever happens; five cents are there.</summary>
    private static async Task AssertExactAsync(KeyBed bed, string id, string key, int callers)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => bed.AskAsync(key, proxy: bed.Proxies[i % bed.Proxies.Count])));
        Assert.Equal(Paid, answers.Count(a => a.Status == 200));
        Assert.Equal(Paid, bed.Upstream.Requests.Count);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.True(a.Status is 402 or 429, a.Body));
        foreach (var proxy in bed.Proxies)
        {
            var report = await bed.UntilAsync(id, r => r.GetProperty("running").GetInt32() == 0, proxy);
            Assert.Equal((0.05m, 0m, 0m), (KeyBed.Money(report, "spentDay"), KeyBed.Money(report, "reserved"), KeyBed.Money(report, "remainingDay")));
        }

        var (status, body, headers) = await bed.AskAsync(key);
        Assert.Equal(402, status);
        Assert.Equal("billing_error", JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("false", headers.GetValues("x-should-retry").Single());
        Assert.Contains("T00:00:00Z", body, StringComparison.Ordinal);
    }
}
