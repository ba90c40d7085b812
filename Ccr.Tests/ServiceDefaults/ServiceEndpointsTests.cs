using Ccr.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ccr.Tests.ServiceDefaults;

public sealed class ServiceEndpointsTests
{
    [Theory]
    [InlineData("http://tokenizer", "http://localhost:5017/")]
    [InlineData("http://tokenizer/v1/x?y=z%20w", "http://localhost:5017/v1/x?y=z%20w")]
    [InlineData("http://TOKENIZER/", "http://localhost:5017/")]
    [InlineData("https+http://tokenizer/a", "http://localhost:5017/a")]
    [InlineData("https+http://proxy/a", "https://localhost:7001/a")]
    [InlineData("http://proxy/a", "http://localhost:3456/base/a")]
    [InlineData("http://_admin.proxy/a", "http://localhost:9000/a")]
    [InlineData("http://example.org/a", "http://example.org/a")]
    [InlineData("http://example.org:81/a", "http://example.org:81/a")]
    [InlineData("https+http://elsewhere/a", "https://elsewhere/a")]
    [InlineData("http://127.0.0.1:1234/a", "http://127.0.0.1:1234/a")]
    public void A_name_of_the_app_model_becomes_its_address(string address, string expected)
    {
        var endpoints = Endpoints(
            ("services:tokenizer:http:0", "http://localhost:5017"),
            ("services:proxy:http:0", "http://localhost:3456/base/"),
            ("services:proxy:https:0", "https://localhost:7001"),
            ("services:proxy:admin:0", "http://localhost:9000"));
        Assert.Equal(expected, endpoints.Resolve(new Uri(address)).AbsoluteUri);
    }

    [Fact]
    public void Several_addresses_take_turns()
    {
        var endpoints = Endpoints(("services:proxy:http:0", "http://one"), ("services:proxy:http:1", "http://two"));
        Assert.Equal(["one", "two", "one"], Enumerable.Range(0, 3).Select(_ => endpoints.Resolve(new Uri("http://proxy")).Host));
    }

    [Fact]
    public void A_half_address_is_named_with_its_setting()
    {
        var endpoints = Endpoints(("services:proxy:http:0", "localhost:5000"));
        var error = Assert.Throws<InvalidOperationException>(() => endpoints.Resolve(new Uri("http://proxy")));
        Assert.Equal("services:proxy:http:0 has \"localhost:5000\"; it must be a full address such as http://localhost:5000.", error.Message);
    }

    [Fact]
    public async Task Every_http_client_finds_services_by_name()
    {
        await using var server = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build();
        server.MapGet("/hello", (Microsoft.AspNetCore.Http.HttpContext _) => Task.CompletedTask);
        await server.StartAsync();

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("services:tokenizer:http:0", server.Urls.First())]);
        builder.AddServiceDefaults();
        using var host = builder.Build();
        using var client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        using var answer = await client.GetAsync(new Uri("http://tokenizer/hello"));
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static ServiceEndpoints Endpoints(params (string Key, string Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build());
}
