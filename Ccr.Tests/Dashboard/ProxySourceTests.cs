using System.Net;
using System.Text;
using Ccr.Dashboard.Web.Sources;

namespace Ccr.Tests.Dashboard;

public sealed class ProxySourceTests
{
    private static readonly Uri Address = new("http://127.0.0.1:3456");

    [Fact]
    public async Task A_status_with_missing_null_and_unknown_fields_is_read()
    {
        using var source = Answering("""{"version":null,"targets":[{"name":"a,b","scenarios":null,"latencySeconds":null}],"providers":null,"tomorrow":{"x":1}}""", """{"requests":[{"id":"r1","attempts":null},null]}""");
        var sample = await source.ReadAsync(CancellationToken.None);
        Assert.Null(sample.Status.Version);
        Assert.Null(sample.Status.RequestsTotal);
        Assert.Null(sample.Status.Providers);
        Assert.Equal("a,b", Assert.Single(sample.Status.Targets!).Name);
        Assert.Equal("r1", Assert.Single(sample.Requests).Id);
    }

    [Fact]
    public async Task The_admin_key_is_sent_and_a_refused_one_is_said_without_showing_it()
    {
        string? sent = null;
        using var source = new ProxySource(Address, "secret-key", new Handler(request =>
        {
            sent = string.Join(',', request.Headers.GetValues("x-api-key"));
            return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        }));
        var error = await Assert.ThrowsAsync<SourceException>(() => source.ReadAsync(CancellationToken.None));
        Assert.Equal("secret-key", sent);
        Assert.Contains("CCR_ADMIN_KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"requestsTotal":"many"}""")]
    public async Task An_answer_that_is_none_is_a_sentence(string body)
    {
        using var source = Answering(body, "{}");
        var error = await Assert.ThrowsAsync<SourceException>(() => source.ReadAsync(CancellationToken.None));
        Assert.StartsWith("GET /api/status answered", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_and_sessions_are_read_with_missing_and_unknown_fields()
    {
        List<string> asked = [];
        using var source = new ProxySource(Address, null, new Handler(request =>
        {
            asked.Add(request.RequestUri!.PathAndQuery);
            return new HttpResponseMessage
            {
                Content = new StringContent(request.RequestUri.AbsolutePath == "/api/usage"
                    ? """{"group_by":"key","source":"redis","tomorrow":1,"rows":[{"group":"a","cache_creation_1h_tokens":7,"cost_usd":0.0000005}],"buckets":[{"start":"2026-03-04T11:00:00Z","group":"a","requests":2}]}"""
                    : """{"total":9,"sessions":[{"id":"s","agents":{"main":2},"cost_usd":null}],"next_offset":null}""", Encoding.UTF8, "application/json"),
            };
        }));
        var usage = await source.UsageAsync("key", new(2026, 3, 4, 5, 30, 0, TimeSpan.FromHours(5.5)), "hour", CancellationToken.None);
        Assert.Equal((7, 0.0000005m, null), (usage.Rows![0].CacheCreationHourTokens, usage.Rows[0].CostUsd, usage.Rows[0].Requests));
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 11, 0, 0, TimeSpan.Zero), usage.Buckets![0].Start);
        Assert.Equal((0L, 500_000L, 0.0000005m), (Counters.Of(usage.Rows[0]).CostMicro, Counters.Of(usage.Rows[0]).CostPico, Counters.Of(usage.Rows[0]).Cost));
        var sessions = await source.SessionsAsync(100, 50, CancellationToken.None);
        Assert.Equal((9, "s", 2, null), (sessions.Total, sessions.Sessions![0].Id, sessions.Sessions[0].Agents!["main"], sessions.NextOffset));
        await source.RequestsOfAsync("a/b c", CancellationToken.None);
        Assert.Equal(["/api/usage?group_by=key&from=2026-03-04T00:00:00Z&interval=hour", "/api/sessions?limit=50&offset=100", "/api/requests?limit=200&session=a%2Fb%20c"], asked);
    }

    [Fact]
    public async Task A_proxy_that_has_no_such_page_is_older()
    {
        using var source = new ProxySource(Address, null, new Handler(_ => new HttpResponseMessage(HttpStatusCode.NotFound)));
        var error = await Assert.ThrowsAsync<SourceException>(() => source.UsageAsync("key", DateTimeOffset.UnixEpoch, "day", CancellationToken.None));
        Assert.Equal("it has no /api/usage: it is older than this dashboard", error.Message);
    }

    [Fact]
    public async Task A_port_nobody_listens_on_is_a_sentence()
    {
        using var source = new ProxySource(new Uri($"http://127.0.0.1:{Usage.RedisServer.FreePort()}"), null);
        var error = await Assert.ThrowsAsync<SourceException>(() => source.ReadAsync(CancellationToken.None));
        Assert.Equal("nothing accepts connections there", error.Message);
    }

    [Theory]
    [InlineData(null, "http://127.0.0.1:3456/")]
    [InlineData(" ", "http://127.0.0.1:3456/")]
    [InlineData("http://proxy:8080", "http://proxy:8080/")]
    public void The_address_comes_from_service_discovery_or_is_the_default(string? value, string address) =>
        Assert.Equal(address, SourceRegistration.ProxyAddress(value).ToString());

    [Theory]
    [InlineData("proxy")]
    [InlineData("ftp://proxy")]
    public void An_address_that_is_none_stops_the_start_with_the_setting_s_name(string value) =>
        Assert.Contains("services__proxy__http__0", Assert.Throws<InvalidOperationException>(() => SourceRegistration.ProxyAddress(value)).Message, StringComparison.Ordinal);

    private static ProxySource Answering(string status, string requests) => new(Address, null, new Handler(request => new HttpResponseMessage
    {
        Content = new StringContent(request.RequestUri!.AbsolutePath == "/api/status" ? status : requests, Encoding.UTF8, "application/json"),
    }));

    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
