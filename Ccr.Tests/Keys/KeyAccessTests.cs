using System.Net;
using System.Text;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Keys;
using Ccr.Tests.Usage;
using Microsoft.AspNetCore.Http;

namespace Ccr.Tests.Keys;

/// <summary>Who comes in with what, from where; without a server, so that callers can come from elsewhere and time can be set.</summary>
public sealed class KeyAccessTests
{
    private const string Master = "the-master-key";

    private readonly KeyRing _ring = new();
    private readonly SetClock _clock = new();
    private readonly KeyCounters _counters = new();
    private readonly string _secret = KeySecret.Create();

    public KeyAccessTests() => _ring.Replace([Key()]);

    [Theory]
    [InlineData("x-api-key", "")]
    [InlineData("x-goog-api-key", "")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "")]
    public async Task A_virtual_key_comes_in_wherever_a_key_may_stand(string header, string prefix)
    {
        var http = await CallAsync("/v1/messages", header, prefix + _secret);
        Assert.Equal((200, "key_1"), (http.Response.StatusCode, KeyCaller.Of(http)?.Id));
    }

    [Fact]
    public async Task Geminis_clients_send_it_in_the_query()
    {
        var http = await CallAsync("/v1beta/models/m:generateContent", null, null, query: $"?alt=sse&key={_secret}");
        Assert.Equal((200, "key_1"), (http.Response.StatusCode, KeyCaller.Of(http)?.Id));
    }

    [Fact]
    public async Task Beside_a_token_of_the_clients_own_it_is_found()
    {
        var http = await CallAsync("/v1/messages", "x-api-key", "sk-ant-of-the-client", change: h => h.Request.Headers.Authorization = "Bearer " + _secret);
        Assert.Equal((200, "key_1"), (http.Response.StatusCode, KeyCaller.Of(http)?.Id));
    }

    [Fact]
    public async Task The_master_key_is_a_caller_of_its_own() => Assert.Equal("master", KeyCaller.Of(await CallAsync("/v1/messages", "x-api-key", Master))?.Id);

    [Theory]
    [InlineData("/api/keys")]
    [InlineData("/api/status")]
    [InlineData("/metrics")]
    [InlineData("/v1/usage")]
    [InlineData("/v1/latencies")]
    [InlineData("/v1/token-drift")]
    [InlineData("/v1/token-audit")]
    public async Task From_elsewhere_a_virtual_key_opens_no_page_of_the_owners(string path)
    {
        Assert.Equal(403, (await CallAsync(path, "x-api-key", _secret)).Response.StatusCode);
        Assert.Equal(200, (await CallAsync(path, "x-api-key", Master)).Response.StatusCode);
        Assert.Equal(401, (await CallAsync(path, null, null)).Response.StatusCode);

        // On this machine they are open to everybody; the key neither helps nor hinders.
        var local = await CallAsync(path, "x-api-key", _secret, isLocal: true);
        Assert.Equal((200, null), (local.Response.StatusCode, KeyCaller.Of(local)));
    }

    [Fact]
    public async Task Without_APIKEY_a_virtual_key_opens_nothing_to_others()
    {
        Assert.Equal(403, (await CallAsync("/v1/messages", "x-api-key", _secret, master: null)).Response.StatusCode);
        Assert.Equal("key_1", KeyCaller.Of(await CallAsync("/v1/messages", "x-api-key", _secret, master: null, isLocal: true))?.Id);
    }

    [Theory]
    [InlineData(null, false, 200)]
    [InlineData("placeholder-of-an-agent", false, 200)]
    [InlineData("sk-ant-of-the-client", false, 200)]
    [InlineData("sk-ccr-of-nobody", false, 401)]
    [InlineData(null, true, 401)]
    [InlineData("placeholder-of-an-agent", true, 401)]
    public async Task Without_APIKEY_this_machine_needs_no_key_unless_one_is_required(string? sent, bool required, int status)
    {
        var http = await CallAsync("/v1/messages", sent is null ? null : "x-api-key", sent, master: null, isLocal: true, required: required);
        Assert.Equal((status, null), (http.Response.StatusCode, KeyCaller.Of(http)));
    }

    [Fact]
    public async Task An_expired_key_says_when_and_an_unknown_one_says_nothing()
    {
        _ring.Replace([Key() with { Expires = _clock.Now.AddHours(1) }]);
        Assert.Equal(200, (await CallAsync("/v1/messages", "x-api-key", _secret)).Response.StatusCode);
        _clock.Now = _clock.Now.AddHours(1);
        var expired = await CallAsync("/v1/messages", "x-api-key", _secret);
        Assert.Equal(401, expired.Response.StatusCode);
        Assert.Contains($"expired at {_clock.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}", Text(expired), StringComparison.Ordinal);

        _ring.Replace([Key() with { Disabled = true }]);
        Assert.Contains("disabled", Text(await CallAsync("/v1/messages", "x-api-key", _secret)), StringComparison.Ordinal);

        var unknown = await CallAsync("/v1/messages", "x-api-key", KeySecret.Create());
        Assert.Equal(401, unknown.Response.StatusCode);
        Assert.Equal("invalid key: there is no such virtual key.", JsonDocument.Parse(Text(unknown)).RootElement.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal([("invalid", 1L), ("expired", 1L), ("disabled", 1L)], _counters.All.Where(c => c.Count > 0));
    }

    [Fact]
    public async Task While_nobody_knows_which_keys_there_are_none_is_called_invalid()
    {
        var http = await CallAsync("/v1/messages", "x-api-key", _secret, ring: new KeyRing());
        Assert.Equal((503, "2"), (http.Response.StatusCode, http.Response.Headers.RetryAfter.ToString()));
        Assert.Equal(200, (await CallAsync("/v1/messages", "x-api-key", Master, ring: new KeyRing())).Response.StatusCode);
    }

    [Fact]
    public async Task Recognising_a_key_costs_little()
    {
        var access = new AccessControl(new Store(new() { Source = "t", Providers = [], Router = new(), ApiKey = Master }), _ring, new NoStore(), _counters, _clock, static _ => Task.CompletedTask);
        var http = Http("/v1/messages", "x-api-key", _secret, "", isLocal: false);
        for (var i = 0; i < 100; i++)
        {
            await access.InvokeAsync(http);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            await access.InvokeAsync(http);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 64);
    }

    private VirtualKey Key() => new() { Id = "key_1", Name = "n", Digest = KeyDigest.Of(_secret).ToString(), Last4 = _secret[^4..], Created = _clock.Now };

    private async Task<HttpContext> CallAsync(
        string path, string? header, string? value, string? master = Master, bool isLocal = false, bool required = false, string query = "", KeyRing? ring = null, Action<HttpContext>? change = null)
    {
        var config = new CcrConfig { Source = "t", Providers = [], Router = new(), ApiKey = master, Keys = new() { Required = required } };
        var http = Http(path, header, value, query, isLocal);
        change?.Invoke(http);
        await new AccessControl(new Store(config), ring ?? _ring, new NoStore(), _counters, _clock, static _ => Task.CompletedTask).InvokeAsync(http);
        Assert.DoesNotContain(_secret, Text(http), StringComparison.Ordinal);
        return http;
    }

    private static DefaultHttpContext Http(string path, string? header, string? value, string query, bool isLocal)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = path;
        http.Request.Method = "POST";
        http.Request.QueryString = new(query);
        http.Connection.RemoteIpAddress = isLocal ? IPAddress.Loopback : IPAddress.Parse("192.0.2.7");
        http.Response.Body = new MemoryStream();
        if (header is not null)
        {
            http.Request.Headers[header] = value;
        }

        return http;
    }

    private static string Text(HttpContext http) => Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());

    private sealed class Store(CcrConfig config) : IConfigStore
    {
        public CcrConfig Current => config;

        public IReadOnlyList<ConfigProblem> Problems => [];
    }

    private sealed class NoStore : IKeyStore
    {
        public Task<IReadOnlyList<VirtualKey>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<VirtualKey>>([]);

        public Task<bool> TryReplaceAsync(VirtualKey? before, VirtualKey? after, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
