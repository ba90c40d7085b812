using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

public sealed class GeminiDialectTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Theory]
    [InlineData("gemini-3-pro-preview", "STOP", "text")]
    [InlineData("sim-text", "STOP", "text")]
    [InlineData("sim-think", "STOP", "thought text signature")]
    [InlineData("sim-tool", "STOP", "text functionCall signature")]
    [InlineData("sim-think+parallel", "STOP", "thought text functionCall signature functionCall")]
    [InlineData("sim-noargs", "STOP", "text functionCall signature")]
    [InlineData("sim-text+stop=max_tokens", "MAX_TOKENS", "text")]
    [InlineData("sim-text+stop=refusal", "SAFETY", "text")]
    public async Task A_stream_folds_to_the_whole_answer(string model, string finish, string parts)
    {
        var folded = Fold((await client.PostForEventsAsync(SimulatorClient.Gemini(model, stream: true))).ConvertAll(Chunk));
        var whole = await client.PostForJsonAsync(SimulatorClient.Gemini(model, stream: false));

        Assert.Equal(finish, (string)whole["candidates"]![0]!["finishReason"]!);
        Assert.Equal(parts, Kinds(whole["candidates"]![0]!["content"]!["parts"]!));
        // Path and query are no part of the ids.
        Assert.Equal(whole.ToJsonString(), folded.ToJsonString());
    }

    [Fact]
    public async Task Without_alt_the_stream_is_one_array()
    {
        var request = SimulatorClient.Gemini("x");
        request.Remove("model");
        request.Remove("stream");
        using var events = await client.PostRawAsync("/v1beta/models/sim-think+parallel:streamGenerateContent?alt=sse&key=secret", request.ToJsonString());
        using var array = await client.PostRawAsync("/v1beta/models/sim-think+parallel:streamGenerateContent?key=secret", request.ToJsonString());
        var chunks = JsonNode.Parse(await array.Content.ReadAsStringAsync())!.AsArray();

        Assert.Equal("application/json", array.Content.Headers.ContentType?.MediaType);
        Assert.Equal((await SimulatorClient.EventsAsync(events)).Select(e => Chunk(e).ToJsonString()), chunks.Select(c => c!.ToJsonString()));
        Assert.All(client.Simulator.Requests, r => Assert.DoesNotContain("secret", r.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("eof=2", 2, false)]
    [InlineData("no-terminator", 3, false)]
    [InlineData("no-done", 4, false)]
    [InlineData("error-event=1", 2, true)]
    [InlineData("error-event=0", 1, true)]
    public async Task A_fault_hits_the_array_too(string fault, int items, bool isWhole)
    {
        using var response = await client.PostRawAsync($"/v1beta/models/sim-text+{fault}:streamGenerateContent", """{"contents":[{"parts":[{"text":"hello there"}]}]}""");
        var text = (await response.Content.ReadAsStringAsync()).TrimEnd();

        Assert.Equal(isWhole, text.EndsWith(']'));
        var array = JsonNode.Parse(isWhole ? text : text + "]")!.AsArray();
        Assert.Equal(items, array.Count);
        Assert.Equal(isWhole, array[^1]!["error"] is not null);
    }

    [Fact]
    public async Task Thoughts_are_not_among_the_candidates_tokens_and_the_last_counts_are_true()
    {
        var chunks = (await client.PostForEventsAsync(SimulatorClient.Gemini("sim-think+input-tokens=1000+cached-tokens=700+output-tokens=42"))).ConvertAll(Chunk);

        var last = chunks[^1]["usageMetadata"]!;
        Assert.Null(chunks[0]["usageMetadata"]!["candidatesTokenCount"]);
        Assert.Equal(1000, (int)last["promptTokenCount"]!);
        Assert.Equal(700, (int)last["cachedContentTokenCount"]!);
        Assert.Equal(42, (int)last["candidatesTokenCount"]! + (int)last["thoughtsTokenCount"]!);
        Assert.Equal(1042, (int)last["totalTokenCount"]!);
    }

    [Theory]
    [InlineData("NONE", null, null)]
    [InlineData("ANY", null, "Bash")]
    [InlineData("ANY", "Clock", "Clock")]
    [InlineData("AUTO", null, null)]
    public async Task The_callers_mode_is_kept(string mode, string? allowed, string? called)
    {
        var request = SimulatorClient.Gemini("gemini-2.5-pro", stream: false);
        var config = new JsonObject { ["mode"] = mode };
        if (allowed is not null)
        {
            config["allowedFunctionNames"] = new JsonArray(allowed);
        }

        request["toolConfig"] = new JsonObject { ["functionCallingConfig"] = config };
        var parts = (await client.PostForJsonAsync(request, "strict"))["candidates"]![0]!["content"]!["parts"]!.AsArray();

        Assert.Equal(called, (string?)parts.Select(p => p!["functionCall"]).FirstOrDefault(c => c is not null)?["name"]);
    }

    [Theory]
    [InlineData("""{"responseMimeType":"application/json"}""", "{}")]
    [InlineData("""{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"n":{"type":"INTEGER","minimum":3}},"required":["n"]}}""", """{"n":3}""")]
    [InlineData("""{"responseMimeType":"application/json","responseJsonSchema":{"type":"object","properties":{"n":{"const":4}},"required":["n"]}}""", """{"n":4}""")]
    public async Task A_format_for_the_output_is_kept(string config, string expected)
    {
        var request = SimulatorClient.Gemini("gemini-2.5-pro", stream: false);
        request["generationConfig"] = JsonNode.Parse(config);

        Assert.Equal(expected, (string)(await client.PostForJsonAsync(request, "strict"))["candidates"]![0]!["content"]!["parts"]![0]!["text"]!);
    }

    [Theory]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}]}""")]
    [InlineData("""{"generateContentRequest":{"model":"models/x","contents":[{"parts":[{"text":"x"}]}]}}""")]
    public async Task Tokens_are_counted(string body)
    {
        using var response = await client.PostRawAsync("/v1beta/models/sim-text+strict+input-tokens=77:countTokens", body);

        Assert.Equal(77, (int)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["totalTokens"]!);
    }

    [Fact]
    public async Task Models_are_listed_in_Googles_form()
    {
        var list = JsonNode.Parse(await client.Http.GetStringAsync("/v1beta/models"))!;

        Assert.Contains(list["models"]!.AsArray(), m => (string)m!["name"]! == "models/sim-text");
    }

    private static JsonNode Chunk(SseItem<string> item)
    {
        Assert.Equal("message", item.EventType); // The parser's word for "no event line".
        return JsonNode.Parse(item.Data)!;
    }

    // Neighbouring texts of one kind are one part; the last chunk has the rest.
    private static JsonNode Fold(List<JsonNode> chunks)
    {
        var whole = chunks[^1].DeepClone();
        var parts = new JsonArray();
        foreach (var part in chunks.SelectMany(c => c["candidates"]![0]!["content"]!["parts"]!.AsArray()))
        {
            var last = parts.Count > 0 ? parts[^1]! : null;
            if (part!["text"] is null || last?["text"] is null || (bool?)part["thought"] != (bool?)last["thought"])
            {
                if (part["text"] is null || (string)part["text"]! != "" || part["thoughtSignature"] is not null)
                {
                    parts.Add(part.DeepClone());
                }

                continue;
            }

            last["text"] = (string)last["text"]! + (string)part["text"]!;
            if (part["thoughtSignature"] is { } signature)
            {
                last["thoughtSignature"] = signature.DeepClone();
            }
        }

        whole["candidates"]![0]!["content"]!["parts"] = parts;
        Assert.All(chunks.SkipLast(1), c => Assert.Null(c["candidates"]![0]!["finishReason"]));
        return whole;
    }

    private static string Kinds(JsonNode parts) => string.Join(' ', parts.AsArray().SelectMany(p => (string[])
    [
        p!["functionCall"] is not null ? "functionCall" : (bool?)p["thought"] == true ? "thought" : "text",
        .. p["thoughtSignature"] is not null ? ["signature"] : (string[])[],
    ]));
}
