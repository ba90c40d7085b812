using System.Buffers;
using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Dialects;
using Ccr.Simulator.Recording;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Serving;

/// <summary>The HTTP surface: provider requests, model lists, health, and the control paths below <c>/sim</c>.</summary>
internal sealed class SimulatorApp(Preparer preparer, Player player, RequestLog log, Behaviours behaviours)
{
    private const string BehaviourPath = "/sim/behaviour/";
    private static readonly string[] Models = ["sim-demo", "sim-text", "sim-think", "sim-tool", "sim-parallel"];

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (HttpMethods.IsPost(http.Request.Method))
        {
            if (DialectTable.Find(path) is { } dialect)
            {
                return PlayAsync(http, dialect, dialect.Target(http.Request, path));
            }

            if (path == "/sim/reset")
            {
                log.Reset();
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
        }
        else if (HttpMethods.IsPut(http.Request.Method) && path.StartsWith(BehaviourPath, StringComparison.Ordinal))
        {
            return SetBehaviourAsync(http, path[BehaviourPath.Length..]);
        }
        else if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        {
            switch (path)
            {
                case "/health" or "/alive":
                    return http.Response.WriteAsync("Healthy", http.RequestAborted);
                case "/":
                    return http.Response.WriteAsync("CCR's simulator: a fake provider. docs/simulator.md tells what it plays.\n", http.RequestAborted);
                case "/sim/requests":
                    return WriteJsonAsync(http, 200, json => WriteRequests(json, http.Request.Query["contains"]));
                case "/sim/counts":
                    return WriteJsonAsync(http, 200, WriteCounts);
                case "/sim/words":
                    return http.Response.WriteAsync(string.Concat(ScriptWords.All.Select(w => $"{w.Usage,-26} {w.Help}\n")), http.RequestAborted);
            }

            if (path.EndsWith("/models", StringComparison.Ordinal))
            {
                var headers = http.Request.Headers;
                return headers.ContainsKey("x-goog-api-key") || path.StartsWith("/v1beta/", StringComparison.Ordinal)
                    ? WriteJsonAsync(http, 200, WriteGeminiModels)
                    : WriteJsonAsync(http, 200, json => WriteModels(json, headers.ContainsKey("anthropic-version")));
            }
        }

        return WriteJsonAsync(http, 404, json =>
        {
            json.WriteStartObject("error");
            json.WriteString("type", "not_found_error");
            json.WriteString("message", $"the simulator has no {http.Request.Method} {path}; it takes POST to paths that end in /messages, /messages/count_tokens, /chat/completions, /responses, /responses/input_tokens, :generateContent, :streamGenerateContent or :countTokens, GET /models, /health, /sim/requests, /sim/counts, /sim/words, POST /sim/reset, and PUT /sim/behaviour/NAME");
            json.WriteEndObject();
        });
    }

    private async Task PlayAsync(HttpContext http, IDialect dialect, string path)
    {
        Prepared prepared;
        using (var body = await RequestBody.ReadAsync(http.Request, http.RequestAborted))
        {
            var header = http.Request.Headers["x-sim-script"];
            prepared = preparer.Prepare(dialect, path, header, null, body.Bytes);
            if (prepared.Script.Name is { } name && behaviours.Roll(name) is { } behaviour)
            {
                prepared = preparer.Prepare(dialect, path, header, behaviour, body.Bytes);
            }
        }

        var era = log.Begin(http.Request, prepared.Model, prepared.Body);
        var playback = Choose(http.Request, prepared);
        var outcome = Outcome.Cancelled;
        try
        {
            outcome = await player.PlayAsync(http, playback);
        }
        finally
        {
            log.End(era, prepared.Model, outcome);
        }

        if (playback.Ending == Ending.Cut && outcome == Outcome.Faulted)
        {
            throw new CutException();
        }
    }

    // "The first request" is the first of a key: the caller's own, else the request's content.
    private Playback Choose(HttpRequest request, Prepared prepared)
    {
        if (prepared.Healed is null)
        {
            return prepared.Playback;
        }

        var script = $"{prepared.Model}\n{request.Headers["x-sim-script"]}";
        if (prepared.Script.Down is { } down)
        {
            return log.IsDown(script, TimeSpan.FromMilliseconds(down)) ? prepared.Playback : prepared.Healed;
        }

        var own = request.Headers["x-sim-key"].ToString();
        var key = $"{script}\n{(own.Length > 0 ? own : prepared.Key)}";
        return log.TakeFault(key, prepared.Script.Times!.Value) ? prepared.Playback : prepared.Healed;
    }

    // {"script": "status=503", "probability": 0.5}; an empty script ends the behaviour.
    private async Task SetBehaviourAsync(HttpContext http, string name)
    {
        string? problem;
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            problem = behaviours.Set(name, document.RootElement);
        }
        catch (JsonException)
        {
            problem = "the body is not JSON";
        }

        if (problem is null)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await WriteJsonAsync(http, 400, json => json.WriteString("error", problem));
    }

    private static async Task WriteJsonAsync(HttpContext http, int status, Action<Utf8JsonWriter> properties)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, FrameWriter.Plain))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = output.WrittenCount;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(output.WrittenMemory, http.RequestAborted);
        }
    }

    private void WriteRequests(Utf8JsonWriter json, string? contains)
    {
        json.WriteStartArray("requests");
        foreach (var request in log.Requests())
        {
            if (!string.IsNullOrEmpty(contains) && request.BodyText?.Contains(contains, StringComparison.Ordinal) != true)
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteNumber("number", request.Number);
            json.WriteNumber("atMs", Math.Round(request.At.TotalMilliseconds, 1));
            json.WriteString("method", request.Method);
            json.WriteString("path", request.Path);
            json.WriteString("model", request.Model);
            json.WriteStartObject("headers");
            foreach (var (name, value) in request.Headers)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteNumber("bodyBytes", request.BodyBytes);
            json.WriteString("body", request.BodyText);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteCounts(Utf8JsonWriter json)
    {
        foreach (var (model, counts) in log.Counts())
        {
            json.WriteStartObject(model);
            json.WriteNumber("requests", counts.Requests);
            json.WriteNumber("completed", counts.Completed);
            json.WriteNumber("faulted", counts.Faulted);
            json.WriteNumber("cancelled", counts.Cancelled);
            json.WriteNumber("active", counts.Active);
            json.WriteEndObject();
        }
    }

    private static void WriteGeminiModels(Utf8JsonWriter json)
    {
        json.WriteStartArray("models");
        foreach (var model in Models)
        {
            json.WriteStartObject();
            json.WriteString("name", $"models/{model}");
            json.WriteString("version", "001");
            json.WriteString("displayName", model);
            json.WriteNumber("inputTokenLimit", 1_048_576);
            json.WriteNumber("outputTokenLimit", 65_536);
            json.WriteStartArray("supportedGenerationMethods");
            json.WriteStringValue("generateContent");
            json.WriteStringValue("countTokens");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModels(Utf8JsonWriter json, bool anthropic)
    {
        if (!anthropic)
        {
            json.WriteString("object", "list");
        }

        json.WriteStartArray("data");
        foreach (var model in Models)
        {
            json.WriteStartObject();
            json.WriteString("id", model);
            if (anthropic)
            {
                json.WriteString("type", "model");
                json.WriteString("display_name", model);
                json.WriteString("created_at", "2026-01-01T00:00:00Z");
            }
            else
            {
                json.WriteString("object", "model");
                json.WriteNumber("created", 1_767_225_600);
                json.WriteString("owned_by", "ccr-simulator");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (anthropic)
        {
            json.WriteBoolean("has_more", false);
            json.WriteString("first_id", Models[0]);
            json.WriteString("last_id", Models[^1]);
        }
    }
}
