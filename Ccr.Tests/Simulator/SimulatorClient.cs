using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Ccr.Simulator;

namespace Ccr.Tests.Simulator;

/// <summary>A running simulator and the requests that the tests make of it.</summary>
public sealed class SimulatorClient : IAsyncLifetime
{
    private RunningSimulator? _simulator;

    public RunningSimulator Simulator => _simulator!;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorHost.StartAsync();
        Http.BaseAddress = _simulator.BaseAddress;
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Simulator.DisposeAsync();
    }

    /// <summary>A Messages request with the tools of a small agent.</summary>
    public static JsonObject Messages(string model, bool stream = true, string prompt = "hello there") => new()
    {
        ["model"] = model,
        ["max_tokens"] = 1000,
        ["stream"] = stream,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
        ["tools"] = new JsonArray(
            new JsonObject { ["name"] = "Clock", ["input_schema"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() } },
            new JsonObject { ["name"] = "Bash", ["input_schema"] = ShellSchema() }),
    };

    /// <summary>The same as a Chat request.</summary>
    public static JsonObject Chat(string model, bool stream = true, string prompt = "hello there") => new()
    {
        ["model"] = model,
        ["stream"] = stream,
        ["stream_options"] = stream ? new JsonObject { ["include_usage"] = true } : null,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
        ["tools"] = new JsonArray(
            Function("Clock", new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() }),
            Function("Bash", ShellSchema())),
    };

    /// <summary>The same as a Responses request.</summary>
    public static JsonObject Responses(string model, bool stream = true, string prompt = "hello there") => new()
    {
        ["model"] = model,
        ["stream"] = stream,
        ["input"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
        ["tools"] = new JsonArray(
            new JsonObject { ["type"] = "function", ["name"] = "Clock", ["parameters"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() } },
            new JsonObject { ["type"] = "function", ["name"] = "Bash", ["parameters"] = ShellSchema() }),
    };

    /// <summary>The same as a Gemini request. Its path holds the model and the wish for a stream: <see cref="PostAsync"/> takes them out of the body.</summary>
    public static JsonObject Gemini(string model, bool stream = true, string prompt = "hello there") => new()
    {
        ["model"] = model,
        ["stream"] = stream,
        ["contents"] = new JsonArray(new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = prompt }) }),
        ["tools"] = new JsonArray(new JsonObject
        {
            ["functionDeclarations"] = new JsonArray(
                new JsonObject { ["name"] = "Clock" },
                new JsonObject { ["name"] = "Bash", ["parametersJsonSchema"] = ShellSchema() }),
        }),
    };

    /// <summary>A request of a dialect by its name: messages, chat, responses or gemini.</summary>
    public static JsonObject Request(string dialect, string model, bool stream = true, string prompt = "hello there") => dialect switch
    {
        "messages" => Messages(model, stream, prompt),
        "chat" => Chat(model, stream, prompt),
        "responses" => Responses(model, stream, prompt),
        _ => Gemini(model, stream, prompt),
    };

    /// <summary>Posts to the path of the request's dialect, by its shape.</summary>
    public Task<HttpResponseMessage> PostAsync(JsonObject body, string? script = null, string? key = null, CancellationToken cancel = default)
    {
        if (body.ContainsKey("contents"))
        {
            var bare = body.DeepClone().AsObject();
            bare.Remove("model");
            bare.Remove("stream");
            var path = $"/v1beta/models/{Uri.EscapeDataString((string)body["model"]!)}:{((bool)body["stream"]! ? "streamGenerateContent?alt=sse" : "generateContent")}";
            return PostRawAsync(path, bare.ToJsonString(), script, key, cancel);
        }

        return PostRawAsync(body.ContainsKey("max_tokens") ? "/v1/messages" : body.ContainsKey("input") ? "/v1/responses" : "/v1/chat/completions", body.ToJsonString(), script, key, cancel);
    }

    public Task<HttpResponseMessage> PostRawAsync(string path, string body, string? script = null, string? key = null, CancellationToken cancel = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (script is not null)
        {
            request.Headers.Add("x-sim-script", script);
        }

        if (key is not null)
        {
            request.Headers.Add("x-sim-key", key);
        }

        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    /// <summary>Posts and reads the answer as JSON, whatever its status.</summary>
    public async Task<JsonNode> PostForJsonAsync(JsonObject body, string? script = null)
    {
        using var response = await PostAsync(body, script);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>Posts and reads the stream to its end.</summary>
    public async Task<List<SseItem<string>>> PostForEventsAsync(JsonObject body, string? script = null)
    {
        using var response = await PostAsync(body, script);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await EventsAsync(response);
    }

    public static async Task<List<SseItem<string>>> EventsAsync(HttpResponseMessage response)
    {
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            events.Add(item);
        }

        return events;
    }

    /// <summary>Reads what comes until the connection breaks; the events before that.</summary>
    public static async Task<(List<SseItem<string>> Events, Exception? Broken)> EventsUntilBrokenAsync(HttpResponseMessage response)
    {
        var events = new List<SseItem<string>>();
        try
        {
            await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
            {
                events.Add(item);
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return (events, broken);
        }

        return (events, null);
    }

    private static JsonObject Function(string name, JsonObject schema) =>
        new() { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["parameters"] = schema } };

    private static JsonObject ShellSchema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["command"] = new JsonObject { ["type"] = "string" }, ["description"] = new JsonObject { ["type"] = "string" } },
        ["required"] = new JsonArray("command"),
    };
}
