using System.Net;
using System.Text;
using Ccr.Simulator;
using Ccr.Tests.AppModel;

namespace Ccr.Tests.Simulator;

/// <summary>Faults that end with time, and faults laid over a name from outside.</summary>
public sealed class BehaviourTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Fact]
    public async Task Down_ends_with_time_counted_from_the_first_request_of_its_name()
    {
        var clock = new ManualTime();
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions { Time = clock });
        using var http = new HttpClient { BaseAddress = simulator.BaseAddress };
        clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("sim-text+name=a+down=6000", "one"));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("sim-text+name=a+down=6000", "two"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("sim-text+name=b+down=6000", "two"));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("sim-text+name=a+down=6000", "three"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("sim-text+name=b+down=6000", "three"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("sim-text+name=c+down=6000+status=429", "three"));
        Assert.Equal(TimeSpan.FromSeconds(307), simulator.Requests[^1].At);

        async Task<HttpStatusCode> AskAsync(string model, string prompt)
        {
            using var body = new StringContent(SimulatorClient.Messages(model, stream: false, prompt).ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await http.PostAsync("/v1/messages", body);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_behaviour_acts_on_its_name_until_it_is_replaced()
    {
        await PutAsync("tier-1", """{ "script": "status=503;retry-after=3" }""", HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("sim-words=3+name=tier-1"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("sim-words=3+name=tier-2"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("sim-words=3"));

        await PutAsync("tier-1", """{ "script": "" }""", HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("sim-words=3+name=tier-1"));
    }

    [Fact]
    public async Task A_behaviour_with_a_probability_acts_now_and_then()
    {
        await PutAsync("dice", """{ "script": "status=500", "probability": 0.5 }""", HttpStatusCode.NoContent);
        var failed = 0;
        for (var i = 0; i < 60; i++)
        {
            failed += await AskAsync("sim-words=3+name=dice") == HttpStatusCode.InternalServerError ? 1 : 0;
        }

        Assert.InRange(failed, 10, 50);
    }

    [Theory]
    [InlineData("""{ "script": "sausage" }""", "sausage")]
    [InlineData("""{ "probability": 1 }""", "script")]
    [InlineData("""{ "script": "status=500", "probability": 2 }""", "probability")]
    [InlineData("not json", "JSON")]
    public async Task A_wrong_behaviour_is_refused(string body, string named)
    {
        Assert.Contains(named, await PutAsync("wrong", body, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("sim-words=3+name=wrong"));
    }

    [Fact]
    public async Task The_log_can_be_asked_for_requests_that_contain_a_text()
    {
        (await client.PostAsync(SimulatorClient.Chat("sim-words=3", prompt: "needle-4711"))).Dispose();
        (await client.PostAsync(SimulatorClient.Chat("sim-words=3", prompt: "hay"))).Dispose();
        var found = System.Text.Json.Nodes.JsonNode.Parse(await client.Http.GetStringAsync("/sim/requests?contains=needle-4711"))!["requests"]!.AsArray();
        Assert.Equal("sim-words=3", (string)Assert.Single(found)!["model"]!);
    }

    private async Task<HttpStatusCode> AskAsync(string model)
    {
        using var response = await client.PostAsync(SimulatorClient.Messages(model, stream: false));
        return response.StatusCode;
    }

    private async Task<string> PutAsync(string name, string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.Http.PutAsync("/sim/behaviour/" + name, content);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
