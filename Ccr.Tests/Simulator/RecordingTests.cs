using System.Text.Json.Nodes;
using Ccr.Simulator;

namespace Ccr.Tests.Simulator;

public sealed class RecordingTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Fact]
    public async Task Requests_are_recorded_without_their_secrets()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages?beta=true") { Content = new StringContent(SimulatorClient.Messages("sim-text").ToJsonString()) };
        request.Headers.Add("Authorization", "Bearer secret-one");
        request.Headers.Add("x-api-key", "secret-two");
        request.Headers.Add("anthropic-beta", "a,b");
        using var response = await client.Http.SendAsync(request);
        var text = await client.Http.GetStringAsync(new Uri("/sim/requests", UriKind.Relative));

        Assert.DoesNotContain("secret-", text, StringComparison.Ordinal);
        var last = JsonNode.Parse(text)!["requests"]!.AsArray().Last(r => (string)r!["path"]! == "/v1/messages?beta=true")!;
        Assert.Equal("POST", (string)last["method"]!);
        Assert.Equal("a,b", (string)last["headers"]!["anthropic-beta"]!);
        Assert.Matches("^sha256:[0-9a-f]{12}$", (string)last["headers"]!["x-api-key"]!);
        Assert.NotEqual((string)last["headers"]!["authorization"]!, (string)last["headers"]!["x-api-key"]!);
        Assert.Equal(SimulatorClient.Messages("sim-text").ToJsonString(), (string)last["body"]!);
    }

    [Fact]
    public async Task The_log_keeps_the_last_200_and_a_reset_forgets_all()
    {
        await using var simulator = await SimulatorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = simulator.BaseAddress };
        for (var i = 0; i < 203; i++)
        {
            using var content = new StringContent($$"""{"model":"sim-text","messages":[{"role":"user","content":"{{i}}"}]}""");
            using var response = await http.PostAsync(new Uri("/chat/completions", UriKind.Relative), content);
        }

        Assert.Equal(200, simulator.Requests.Count);
        Assert.Equal(4, simulator.Requests[0].Number);
        Assert.Contains("\"202\"", simulator.Requests[^1].BodyText, StringComparison.Ordinal);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.Equal(203, (await simulator.WhenCountsAsync("sim-text", c => c.Active == 0, limit.Token)).Completed);

        using var reset = await http.PostAsync(new Uri("/sim/reset", UriKind.Relative), null);

        Assert.Equal(204, (int)reset.StatusCode);
        Assert.Empty(simulator.Requests);
        Assert.Equal("{}", await http.GetStringAsync(new Uri("/sim/counts", UriKind.Relative)));
    }

    [Fact]
    public async Task Large_bodies_push_out_older_bodies_but_not_their_records()
    {
        await using var simulator = await SimulatorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = simulator.BaseAddress };
        var megabytes = new string('x', 25 << 20);
        for (var i = 0; i < 3; i++)
        {
            using var content = new StringContent($$"""{"model":"sim-text","messages":[{"role":"user","content":"{{megabytes}}{{i}}"}]}""");
            using var response = await http.PostAsync(new Uri("/chat/completions", UriKind.Relative), content);
            Assert.Equal(200, (int)response.StatusCode);
        }

        Assert.Equal([false, true, true], simulator.Requests.Select(r => r.Body is not null));
        Assert.All(simulator.Requests, r => Assert.True(r.BodyBytes > 25 << 20));
    }

    [Fact]
    public async Task Counts_tell_completed_faulted_and_cancelled_apart()
    {
        await using var simulator = await SimulatorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = simulator.BaseAddress };
        async Task PostAsync(string model)
        {
            using var content = new StringContent($$"""{"model":"{{model}}","stream":true,"messages":[{"role":"user","content":"x"}]}""");
            using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/chat/completions") { Content = content }, HttpCompletionOption.ResponseHeadersRead);
            if (!model.Contains("gap", StringComparison.Ordinal))
            {
                await response.Content.ReadAsStringAsync();
            }
        }

        await PostAsync("sim-text");
        await PostAsync("sim-status=500");
        await PostAsync("sim-unknown-word");
        await PostAsync("sim-text+gap=3600000");

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.Equal(1, (await simulator.WhenCountsAsync("sim-text", c => c.Active == 0, limit.Token)).Completed);
        Assert.Equal(1, (await simulator.WhenCountsAsync("sim-status=500", c => c.Active == 0, limit.Token)).Faulted);
        Assert.Equal(1, (await simulator.WhenCountsAsync("sim-unknown-word", c => c.Active == 0, limit.Token)).Faulted);
        Assert.Equal(1, (await simulator.WhenCountsAsync("sim-text+gap=3600000", c => c.Active == 0, limit.Token)).Cancelled);
    }

    [Fact]
    public async Task Models_have_the_shape_of_the_callers_dialect()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models?limit=1000");
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await client.Http.SendAsync(request);
        var anthropic = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var openAi = JsonNode.Parse(await client.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative)))!;

        Assert.Equal((string)anthropic["data"]![0]!["id"]!, (string)anthropic["first_id"]!);
        Assert.Equal("list", (string)openAi["object"]!);
        Assert.Equal("Healthy", await client.Http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task A_simulator_that_is_disposed_ends_its_open_streams()
    {
        var simulator = await SimulatorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = simulator.BaseAddress };
        using var content = new StringContent("""{"model":"sim-text+stall=2","stream":true,"messages":[{"role":"user","content":"x"}]}""");
        using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/chat/completions") { Content = content }, HttpCompletionOption.ResponseHeadersRead);

        await simulator.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        var (_, broken) = await SimulatorClient.EventsUntilBrokenAsync(response);
        Assert.NotNull(broken);
    }
}
