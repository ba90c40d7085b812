using System.Net;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

/// <summary>A begun answer is gone on with, or refused, in every dialect.</summary>
public sealed class ContinuationTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    public static TheoryData<string> Dialects => ["messages", "chat", "responses", "gemini"];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Numbered_words_are_one_delta_each(string dialect)
    {
        Assert.Equal("w1 w2 w3 w4 w5", Text(dialect, await client.PostForJsonAsync(Request(dialect, "sim-words=5", null))));
        var events = await client.PostForEventsAsync(SimulatorClient.Request(dialect, "sim-words=5"));
        Assert.Contains(events, e => e.Data.Contains("\" w3\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("w1 w2 w3", " w4 w5")]
    [InlineData("w1 w2 w", "3 w4 w5")]
    [InlineData("w1 w2 ", " w3 w4 w5")]
    [InlineData("something else", "w1 w2 w3 w4 w5")]
    [InlineData("w1 w2 w3 w4 w5", "")]
    public async Task Words_of_the_assistant_at_the_end_are_gone_on_with(string begun, string rest)
    {
        foreach (var dialect in (string[])["messages", "chat", "responses", "gemini"])
        {
            Assert.Equal(rest, Text(dialect, await client.PostForJsonAsync(Request(dialect, "sim-words=5", begun))));
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Words_of_the_assistant_further_up_are_not(string dialect)
    {
        var request = Request(dialect, "sim-words=5", "w1 w2 w3");
        Turns(request).Add(User(dialect, "Go on."));
        Assert.Equal("w1 w2 w3 w4 w5", Text(dialect, await client.PostForJsonAsync(request)));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_model_without_prefill_refuses_it_and_nothing_else(string dialect)
    {
        using var refused = await client.PostAsync(Request(dialect, "sim-words=5+no-prefill", "w1 w2 w3"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("This model does not support assistant message prefill. The conversation must end with a user message.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("w1 w2 w3 w4 w5", Text(dialect, await client.PostForJsonAsync(Request(dialect, "sim-words=5+no-prefill", null))));
    }

    [Fact]
    public async Task A_strict_Anthropic_refuses_blanks_at_the_end_of_a_prefill()
    {
        using var refused = await client.PostAsync(Request("messages", "sim-words=5+strict", "w1 w2 "));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private static JsonObject Request(string dialect, string model, string? begun)
    {
        var request = SimulatorClient.Request(dialect, model, stream: false);
        request.Remove("tools");
        if (begun is not null)
        {
            Turns(request).Add(dialect == "gemini"
                ? new JsonObject { ["role"] = "model", ["parts"] = new JsonArray(new JsonObject { ["text"] = begun }) }
                : new JsonObject { ["role"] = "assistant", ["content"] = begun });
        }

        return request;
    }

    private static JsonObject User(string dialect, string text) => dialect == "gemini"
        ? new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = text }) }
        : new JsonObject { ["role"] = "user", ["content"] = text };

    private static JsonArray Turns(JsonObject request) => (request["messages"] ?? request["input"] ?? request["contents"])!.AsArray();

    private static string Text(string dialect, JsonNode answer) => dialect switch
    {
        "messages" => string.Concat(answer["content"]!.AsArray().Select(b => (string?)b!["text"])),
        "chat" => (string?)answer["choices"]![0]!["message"]!["content"] ?? "",
        "responses" => string.Concat(answer["output"]!.AsArray().SelectMany(i => i!["content"]!.AsArray()).Select(p => (string?)p!["text"])),
        _ => string.Concat(answer["candidates"]![0]!["content"]?["parts"]?.AsArray().Select(p => (string?)p!["text"]) ?? []),
    };
}
