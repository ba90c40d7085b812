using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;
using Ccr.Tests.Dashboard;
using Ccr.Tests.Parts;
using StackExchange.Redis;

namespace Ccr.Tests.Usage;

/// <summary>/api/requests: which requests, on which page, from where.</summary>
public sealed class RequestListTests
{
    private static readonly RequestRecord Ok = Samples.Rescued("req_ok") with { Key = "team-a", Scenario = "think" };

    private static readonly RequestRecord Failed = Samples.Answer("c", "glm-4.6") with
    {
        RequestId = "req_failed",
        StartedAt = Samples.Start.AddMinutes(-10),
        Attempts = [new("c", "glm-4.6", 429, "rate_limited", TimeSpan.FromMilliseconds(5))],
        Status = 429,
        Failure = "rate_limited",
        Tokens = default,
        Session = "s-2",
        Agent = "subagent",
    };

    private static readonly RequestRecord Left = Samples.Left() with { RequestId = "req_left", Scenario = "background" };

    [Theory]
    [InlineData("", "req_left req_failed req_ok")]
    [InlineData("status=ok", "req_ok")]
    [InlineData("status=failed", "req_failed")]
    [InlineData("status=499", "req_left")]
    [InlineData("provider=B", "req_ok")]
    [InlineData("provider=a", "req_left req_ok")]
    [InlineData("model=glm-4.6", "req_failed")]
    [InlineData("model=claude-sonnet-4-5", "req_ok")]
    [InlineData("model=m", "req_left req_ok")]
    [InlineData("scenario=background", "req_left")]
    [InlineData("application=opencode", "req_left req_failed")]
    [InlineData("dialect=anthropic", "req_ok")]
    [InlineData("session=s-2", "req_failed")]
    [InlineData("agent=main", "req_ok")]
    [InlineData("key=team-a", "req_ok")]
    [InlineData("failure=server", "req_ok")]
    [InlineData("failure=rate_limited", "req_failed")]
    [InlineData("since=2026-03-14T15:09:26.535Z", "req_left req_ok")]
    [InlineData("since=2026-03-14T16:09:26.535%2B01:00", "req_left req_ok")]
    [InlineData("since=2026-03-14T16:09:26.535+01:00", "req_left req_ok")]
    [InlineData("until=2026-03-14T15:09:26.535Z", "req_failed")]
    [InlineData("until=1773500900", "req_failed")]
    [InlineData("since=2026-03-15", "")]
    [InlineData("streaming=true", "req_ok")]
    [InlineData("streaming=false", "req_left req_failed")]
    [InlineData("min_duration_ms=2000", "req_ok")]
    [InlineData("q=FAIL", "req_failed")]
    [InlineData("q=sonnet", "req_ok")]
    [InlineData("q=m2", "req_ok")]
    [InlineData("status=failed&provider=c&until=2026-03-14T15:00:00Z", "req_failed")]
    [InlineData("status=failed&provider=a", "")]
    [InlineData("provider=", "req_left req_failed req_ok")]
    public async Task A_filter_leaves_the_requests_that_fit_it(string query, string expected)
    {
        await using var host = await StartAsync(Ok, Failed, Left);
        Assert.Equal(expected, await IdsAsync(host, query));
    }

    [Theory]
    [InlineData("status=200x", "status must be ok, failed or an HTTP status from 100 to 599. It is \"200x\".")]
    [InlineData("streaming=yes", "streaming must be true or false. It is \"yes\".")]
    [InlineData("since=yesterday", "since must be a time, such as 2026-03-14T15:09:26Z, 2026-03-14 or Unix seconds. It is \"yesterday\".")]
    [InlineData("until=03/04/2026", "until must be a time")]
    [InlineData("min_duration_ms=1.5", "min_duration_ms must be a whole number from 0 to 2147483647. It is \"1.5\".")]
    [InlineData("providr=a", "providr is no parameter of this address; did you mean \"provider\"? Known are limit, before, status,")]
    [InlineData("colour=red", "colour is no parameter of this address. Known are limit,")]
    [InlineData("status=ok&status=failed", "status is given 2 times: give it once.")]
    [InlineData("before=req_nobody", "before is \"req_nobody\", which is neither the \"next\" of a page nor the id of one of the last requests: begin again without it.")]
    [InlineData("before=memory-00000000-1", "a place in the list of another process")]
    public async Task A_parameter_that_is_not_understood_is_named_with_its_value_and_what_to_do(string query, string expected)
    {
        await using var host = await StartAsync(Ok);
        using var answer = await host.Client.GetAsync(new Uri("/api/requests?" + query, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(expected, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_lose_a_request_while_new_ones_come_in()
    {
        await using var host = await StartAsync([.. Enumerable.Range(1, 5).Select(Numbered)]);
        var first = await PageAsync(host, "limit=2");
        Assert.Equal("req_5 req_4", Ids(first));
        host.Recorder.Record(Numbered(6));
        var second = await PageAsync(host, $"limit=2&before={first["next"]}");
        Assert.Equal("req_3 req_2", Ids(second));
        var third = await PageAsync(host, $"limit=2&before={second["next"]}");
        Assert.Equal("req_1", Ids(third));
        Assert.Null(third["next"]);
        Assert.Equal("req_2 req_1", await IdsAsync(host, "before=req_3"));
        Assert.Equal("req_3", await IdsAsync(host, "before=req_5&q=_3"));

        // Exactly full: there is no page after it.
        Assert.Null((await PageAsync(host, "limit=6"))["next"]);
    }

    [Fact]
    public async Task One_request_is_found_by_its_id()
    {
        await using var host = await StartAsync(Ok, Failed);
        var found = JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/api/requests/req_ok", UriKind.Relative)))!;
        Assert.Equal(("req_ok", "team-a", 10), ((string?)found["id"], (string?)found["key"], (int)found["cacheWrite1hTokens"]!));
        using var none = await host.Client.GetAsync(new Uri("/api/requests/req_nobody", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Contains("not_found_error", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [NeedsFact("redis-server")]
    public async Task With_redis_the_requests_are_those_of_all_replicas_and_without_it_the_own_ones()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var host = await UsageHost.StartAsync(server.ConnectionString);
        await using var other = new Replica(server.ConnectionString, "other");
        foreach (var i in Enumerable.Range(1, 5))
        {
            other.Recorder.Record(Numbered(i));
            await other.FlushAllAsync();
        }

        // Another version's entry, in which nearly everything is missing, and one that is none.
        await new RedisData(other.Redis.Multiplexer).AddRequestAsync("req_old", ",\"model\":\"old\",\"tomorrow\":1");
        await other.Redis.ExecuteAsync("XADD", (RedisKey)RedisKeys.RecentRequests, "*", "r", "{");
        host.Recorder.Record(Ok);
        var first = await Until.ResultAsync(async () => await PageAsync(host, "limit=3") is { } page && Ids(page).Contains("req_ok", StringComparison.Ordinal) && (string?)page["source"] == "redis" ? page : null);
        Assert.Equal("req_ok req_old req_5", Ids(first));
        other.Recorder.Record(Numbered(6));
        await other.FlushAllAsync();
        var second = await PageAsync(host, $"limit=3&before={first["next"]}");
        Assert.Equal("req_4 req_3 req_2", Ids(second));
        var third = await PageAsync(host, $"limit=3&before={second["next"]}");
        Assert.Equal(("req_1", null), (Ids(third), (string?)third["next"]));
        Assert.Equal("req_4 req_3 req_2 req_1", await IdsAsync(host, "before=req_5&since=2026-01-01"));
        Assert.Equal("req_old", await IdsAsync(host, "model=old"));
        Assert.Equal("req_6", await IdsAsync(host, "q=req_6&session=s-1&limit=1"));
        Assert.Equal("req_3", (string?)JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/api/requests/req_3", UriKind.Relative)))!["id"]);
        using var unknown = await host.Client.GetAsync(new Uri("/api/requests?before=req_nobody", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);

        server.Kill();
        Assert.Equal("req_ok", await IdsAsync(host, ""));
        using var lost = await host.Client.GetAsync(new Uri($"/api/requests?before={first["next"]}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, lost.StatusCode);
        Assert.Contains("Redis does not answer", await lost.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static RequestRecord Numbered(int number) => Samples.Rescued(string.Create(CultureInfo.InvariantCulture, $"req_{number}"));

    private static async Task<UsageHost> StartAsync(params RequestRecord[] records)
    {
        var host = await UsageHost.StartAsync();
        foreach (var record in records)
        {
            host.Recorder.Record(record);
        }

        return host;
    }

    private static async Task<JsonNode> PageAsync(UsageHost host, string query) => JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/api/requests?" + query, UriKind.Relative)))!;

    private static async Task<string> IdsAsync(UsageHost host, string query) => Ids(await PageAsync(host, query));

    private static string Ids(JsonNode page) => string.Join(' ', page["requests"]!.AsArray().Select(r => (string?)r!["id"]));
}
