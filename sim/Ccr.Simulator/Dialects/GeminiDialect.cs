using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>
/// Gemini generateContent: any path that ends in <c>/models/MODEL:generateContent</c> or <c>:streamGenerateContent</c>. A stream is
/// events with <c>alt=sse</c>, else one JSON array. Calls have no id, each is whole in one part, and the first has a signature.
/// </summary>
internal sealed class GeminiDialect : IDialect
{
    private const string Whole = ":generateContent";
    private const string Stream = ":streamGenerateContent";
    private const string Events = "?alt=sse";
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public string RequestIdHeader => "x-goog-request-id";

    public bool HasRetryInBody => true;

    public bool Owns(string path) => path.EndsWith(Whole, StringComparison.Ordinal) || path.EndsWith(Stream, StringComparison.Ordinal);

    public string Target(HttpRequest request, string path) => request.Query["alt"] == "sse" ? path + Events : path;

    public string ReadModel(string path, JsonElement body)
    {
        const string models = "/models/";
        var start = path.IndexOf(models, StringComparison.Ordinal) + models.Length;
        var end = path.LastIndexOf(':');
        return start >= models.Length && end > start ? path[start..end] : throw new RefusedException("the path names no model: …/models/MODEL:generateContent");
    }

    public Conversation Read(string path, JsonElement body, Script script) => ReadConversation(ReadModel(path, body), body, script) with
    {
        Stream = path.Contains(Stream, StringComparison.Ordinal),
        StreamAsArray = !path.EndsWith(Events, StringComparison.Ordinal),
    };

    /// <summary>The part of a request that counting tokens has too.</summary>
    public static Conversation ReadConversation(string model, JsonElement body, Script script)
    {
        if (script.Strict)
        {
            GeminiRules.Check(body);
        }

        var history = new GeminiHistory(script.Strict, NeedsSignatures(script.As ?? model));
        foreach (var content in body.NeedItems("contents"))
        {
            history.Add(content);
        }

        history.End();
        var calling = body.Either("toolConfig").Either("functionCallingConfig");
        var allowed = calling.Either("allowedFunctionNames") is { ValueKind: JsonValueKind.Array } names ? names.EnumerateArray().Select(n => n.GetString()!).ToHashSet() : null;
        var config = body.Either("generationConfig");
        var schema = config.Either("responseJsonSchema") is { ValueKind: JsonValueKind.Object } any ? any : config.Either("responseSchema");
        return new Conversation
        {
            Model = model,
            Tools = [.. Functions(body).Where(f => allowed?.Contains(f.Name) != false)],
            Choice = calling.GetText("mode")?.ToUpperInvariant() switch { "NONE" => ToolChoice.None, "ANY" => ToolChoice.Required, _ => ToolChoice.Auto },
            Prompt = history.Prompt,
            Results = history.Results,
            Prefill = history.Prefill,
            ToolTurns = history.ToolTurns,
            OutputSchema = schema.ValueKind == JsonValueKind.Undefined && config.EitherText("responseMimeType") == "application/json" ? AnyObject : schema,
        };
    }

    public void WriteStream(FrameWriter frames, Answer answer)
    {
        foreach (var piece in answer.Thinking)
        {
            Chunk(frames, FrameKind.Content, answer, false, json => WriteThought(json, piece));
        }

        foreach (var piece in answer.Text)
        {
            Chunk(frames, FrameKind.Content, answer, false, json => json.WriteString("text", piece));
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            Chunk(frames, FrameKind.Content, answer, false, json => WriteCall(json, answer, i));
        }

        // The reason for the end comes with an empty text, and that has the signature of a thought that led to no call.
        Chunk(frames, frames.IsArray ? FrameKind.End : FrameKind.Done, answer, true, json => WriteLastText(json, answer, ""));
        if (frames.IsArray)
        {
            frames.WriteArrayEnd();
        }
    }

    public void WriteWhole(Utf8JsonWriter json, Answer answer) => WriteResponse(json, answer, true, () =>
    {
        if (answer.Thinking.Count > 0)
        {
            Part(json, () => WriteThought(json, string.Concat(answer.Thinking)));
        }

        if (answer.Text.Count > 0)
        {
            Part(json, () => WriteLastText(json, answer, string.Concat(answer.Text)));
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            Part(json, () => WriteCall(json, answer, i));
        }
    });

    public void WriteError(Utf8JsonWriter json, ErrorReply error)
    {
        var (code, status) = error.Status switch
        {
            401 => (401, "UNAUTHENTICATED"),
            403 => (403, "PERMISSION_DENIED"),
            404 => (404, "NOT_FOUND"),
            409 => (409, "ABORTED"),
            429 => (429, "RESOURCE_EXHAUSTED"),
            503 or 529 => (503, "UNAVAILABLE"),
            504 => (504, "DEADLINE_EXCEEDED"),
            < 500 => (error.Status, "INVALID_ARGUMENT"),
            _ => (error.Status, "INTERNAL"),
        };
        json.WriteStartObject("error");
        json.WriteNumber("code", code);
        json.WriteString("message", error.Message);
        json.WriteString("status", error.Code ?? status);
        if (error.RetryAfter is { } seconds)
        {
            json.WriteStartArray("details");
            json.WriteStartObject();
            json.WriteString("@type", "type.googleapis.com/google.rpc.RetryInfo");
            json.WriteString("retryDelay", seconds + "s");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error)
    {
        frames.Write(FrameKind.End, null, json => WriteError(json, error));
        if (frames.IsArray)
        {
            frames.WriteArrayEnd();
        }
    }

    // The documented rule of the third generation; older models sign too, but do not ask for it.
    private static bool NeedsSignatures(string model) => model.Contains("gemini-3", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<DeclaredTool> Functions(JsonElement body) => body.Items("tools")
        .Select(t => t.Either("functionDeclarations")).Where(list => list.ValueKind == JsonValueKind.Array).SelectMany(list => list.EnumerateArray())
        .Select(f => new DeclaredTool(f.Need("name"), f.Either("parametersJsonSchema") is { ValueKind: JsonValueKind.Object } schema ? schema : f.Get("parameters")));

    private static void Chunk(FrameWriter frames, FrameKind kind, Answer answer, bool isLast, Action<Utf8JsonWriter> part) =>
        frames.Write(kind, null, json => WriteResponse(json, answer, isLast, () => Part(json, () => part(json))));

    private static void Part(Utf8JsonWriter json, Action properties)
    {
        json.WriteStartObject();
        properties();
        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, Answer answer, bool isLast, Action parts)
    {
        json.WriteStartArray("candidates");
        json.WriteStartObject();
        json.WriteStartObject("content");
        json.WriteStartArray("parts");
        parts();
        json.WriteEndArray();
        json.WriteString("role", "model");
        json.WriteEndObject();
        if (isLast)
        {
            // There is no reason of its own for calls.
            json.WriteString("finishReason", answer.Stop switch { StopReason.MaxTokens => "MAX_TOKENS", StopReason.Refusal => "SAFETY", _ => "STOP" });
        }

        json.WriteNumber("index", 0);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, answer.Usage, isLast);
        json.WriteString("modelVersion", answer.Model);
        json.WriteString("responseId", answer.Key);
    }

    private static void WriteThought(Utf8JsonWriter json, string text)
    {
        json.WriteString("text", text);
        json.WriteBoolean("thought", true);
    }

    private static void WriteLastText(Utf8JsonWriter json, Answer answer, string text)
    {
        json.WriteString("text", text);
        if (answer.Thinking.Count > 0 && answer.Calls.Count == 0)
        {
            json.WriteString("thoughtSignature", Signature.Seal(answer.Key));
        }
    }

    private static void WriteCall(Utf8JsonWriter json, Answer answer, int number)
    {
        json.WriteStartObject("functionCall");
        json.WriteString("name", answer.Calls[number].Name);
        json.WritePropertyName("args");
        json.WriteRawValue(answer.Calls[number].Input);
        json.WriteEndObject();
        if (number == 0)
        {
            json.WriteString("thoughtSignature", Signature.Seal(answer.Key));
        }
    }

    // promptTokenCount holds the cached ones; candidatesTokenCount does not hold the thoughts. The counts grow, the last are true.
    private static void WriteUsage(Utf8JsonWriter json, TokenCounts usage, bool isLast)
    {
        json.WriteStartObject("usageMetadata");
        json.WriteNumber("promptTokenCount", usage.Input);
        if (isLast)
        {
            json.WriteNumber("candidatesTokenCount", usage.Output - usage.Thinking);
        }

        json.WriteNumber("totalTokenCount", (long)usage.Input + (isLast ? usage.Output : 0));
        if (usage.CacheRead > 0)
        {
            json.WriteNumber("cachedContentTokenCount", usage.CacheRead);
        }

        json.WriteStartArray("promptTokensDetails");
        json.WriteStartObject();
        json.WriteString("modality", "TEXT");
        json.WriteNumber("tokenCount", usage.Input);
        json.WriteEndObject();
        json.WriteEndArray();
        if (isLast && usage.Thinking > 0)
        {
            json.WriteNumber("thoughtsTokenCount", usage.Thinking);
        }

        json.WriteEndObject();
    }
}
