using System.Net;
using Ccr.Simulator;

namespace Ccr.Tests.Proxy;

/// <summary>Who may call the proxy.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private RunningSimulator _simulator = null!;

    public async Task InitializeAsync() => _simulator = await SimulatorHost.StartAsync();

    public async Task DisposeAsync() => await _simulator.DisposeAsync();

    [Theory]
    [InlineData("x-api-key", "the-key", HttpStatusCode.OK)]
    [InlineData("Authorization", "Bearer the-key", HttpStatusCode.OK)]
    [InlineData("x-api-key", "the-kez", HttpStatusCode.Unauthorized)]
    [InlineData("x-api-key", "the-key-and-more", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Bearer nope", HttpStatusCode.Unauthorized)]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    public async Task With_a_key_only_those_who_send_it_get_answers(string? header, string? value, HttpStatusCode expected)
    {
        await using var proxy = await StartAsync("\"APIKEY\": \"the-key\",");
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", false), r =>
        {
            if (header is not null)
            {
                r.Headers.TryAddWithoutValidation(header, value);
            }
        });
        using (response)
        {
            Assert.Equal(expected, response.StatusCode);
            Assert.DoesNotContain("the-key", body, StringComparison.Ordinal);
            if (expected == HttpStatusCode.Unauthorized)
            {
                Assert.Contains("\"type\":\"authentication_error\"", body, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_routers_key_never_reaches_a_provider()
    {
        await using var proxy = await StartAsync("\"APIKEY\": \"the-key\",");
        foreach (var provider in (string[])["native", "chat"])
        {
            (await proxy.AskAsync(MessagesTests.Body($"{provider},sim-text", false), r => r.Headers.Add("Authorization", "Bearer the-key"))).Response.Dispose();
        }

        var routersKey = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("the-key"u8))[..12];
        Assert.Equal(2, _simulator.Requests.Count);
        Assert.All(_simulator.Requests, r => Assert.DoesNotContain(r.Headers.Values, v => v.Contains("the-key", StringComparison.Ordinal) || v.Contains(routersKey, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Admin_pages_are_open_to_this_machine_and_health_to_all()
    {
        await using var proxy = await StartAsync("\"APIKEY\": \"the-key\",");
        foreach (var path in (string[])["/health", "/alive", "/", "/api/status", "/api/requests", "/metrics", "/v1/usage"])
        {
            using var response = await proxy.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using var models = await proxy.Client.GetAsync("/v1/models");
        Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://localhost:3458", HttpStatusCode.OK)]
    [InlineData("Host", "evil.example", HttpStatusCode.Forbidden)]
    public async Task Without_a_key_web_pages_from_elsewhere_cannot_spend_the_keys(string header, string value, HttpStatusCode expected)
    {
        await using var proxy = await StartAsync("");
        using var response = await proxy.PostAsync(MessagesTests.Body("claude-x", false), r => r.Headers.TryAddWithoutValidation(header, value));
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_every_address_asked_for_becomes_loopback()
    {
        await using var proxy = await StartAsync("\"HOST\": \"0.0.0.0\",");
        Assert.Equal("127.0.0.1", proxy.BaseAddress.Host);
    }

    private Task<RunningProxy> StartAsync(string more) => RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"native,sim-text\"", more));
}
