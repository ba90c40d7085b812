using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>OpenAI Responses: any path that ends in <c>/responses</c>. It keeps nothing: an earlier response cannot be gone on from.</summary>
internal sealed class ResponsesDialect : IDialect
{
    private const long Created = 1_700_000_000;
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    // What a response says again of its request, with the value when that did not say.
    private static readonly (string Name, string Otherwise)[] Echoes =
    [
        ("background", "false"), ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"), ("metadata", "{}"),
        ("parallel_tool_calls", "true"), ("prompt_cache_key", "null"), ("reasoning", """{"effort":null,"summary":null}"""), ("safety_identifier", "null"),
        ("store", "true"), ("temperature", "1.0"), ("text", """{"format":{"type":"text"},"verbosity":"medium"}"""), ("tool_choice", "\"auto\""),
        ("tools", "[]"), ("top_logprobs", "0"), ("top_p", "1.0"), ("truncation", "\"disabled\""), ("user", "null"),
    ];

    public string RequestIdHeader => "x-request-id";

    public bool Owns(string path) => path.EndsWith("/responses", StringComparison.Ordinal);

    public string ReadModel(string path, JsonElement body) => body.Need("model");

    public Conversation Read(string path, JsonElement body, Script script) => ReadConversation(body, script.Strict) with { Stream = body.IsTrue("stream") };

    /// <summary>The part of a request that counting tokens has too.</summary>
    public static Conversation ReadConversation(JsonElement body, bool strict)
    {
        if (body.GetText("previous_response_id") is { } previous)
        {
            throw new RefusedException($"Previous response with id '{previous}' not found.", "previous_response_not_found");
        }

        if (strict)
        {
            ResponsesRules.CheckFields(body);
        }

        var history = ReadInput(body.Get("input"), strict);
        var tools = new ResponsesTools(strict);
        foreach (var tool in body.Items("tools").Concat(history.MoreTools))
        {
            tools.Add(tool, null);
        }

        var format = body.Get("text").Get("format");
        var (choice, chosen) = tools.Choose(body.Get("tool_choice"));
        return new Conversation
        {
            Model = body.Need("model"),
            Tools = tools.Declared,
            Choice = choice,
            ChosenTool = chosen,
            Prompt = history.Prompt,
            Results = history.Results,
            Prefill = history.Prefill,
            ToolTurns = history.ToolTurns,
            OutputSchema = format.GetText("type") == "json_object" ? AnyObject : format.Get("schema"),
            Request = body,
        };
    }

    public void WriteStream(FrameWriter frames, Answer answer)
    {
        Event(frames, FrameKind.Structure, "response.created", json => WriteBegun(json, answer));
        Event(frames, FrameKind.Structure, "response.in_progress", json => WriteBegun(json, answer));
        ResponsesItems items = new(answer);
        items.WriteEvents(frames);
        Event(frames, FrameKind.Done, IsIncomplete(answer) ? "response.incomplete" : "response.completed", json =>
        {
            json.WriteStartObject("response");
            WriteEnded(json, answer, items);
            json.WriteEndObject();
        });
    }

    public void WriteWhole(Utf8JsonWriter json, Answer answer) => WriteEnded(json, answer, new ResponsesItems(answer));

    public void WriteError(Utf8JsonWriter json, ErrorReply error) => OpenAiErrors.Write(json, error);

    /// <summary>A response that has been created fails; before that there is only the bare event.</summary>
    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error)
    {
        if (frames.Frames.Count == 0)
        {
            Event(frames, FrameKind.End, "error", json =>
            {
                json.WriteString("code", OpenAiErrors.Code(error));
                json.WriteString("message", error.Message);
                json.WriteNull("param");
            });
            return;
        }

        Event(frames, FrameKind.End, "response.failed", json =>
        {
            json.WriteStartObject("response");
            WriteHead(json, answer, "failed", null, error);
            json.WriteStartArray("output");
            json.WriteEndArray();
            json.WriteNull("usage");
            json.WriteEndObject();
        });
    }

    /// <summary>An event with its number, which counts from 0.</summary>
    public static void Event(FrameWriter frames, FrameKind kind, string type, Action<Utf8JsonWriter> properties)
    {
        var number = frames.Frames.Count;
        frames.Write(kind, type, json =>
        {
            json.WriteString("type", type);
            json.WriteNumber("sequence_number", number);
            properties(json);
        });
    }

    private static ResponsesHistory ReadInput(JsonElement input, bool strict)
    {
        var history = new ResponsesHistory(strict);
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                history.AddPrompt(input.GetString()!);
                return history;
            case JsonValueKind.Array:
                foreach (var item in input.EnumerateArray())
                {
                    history.Add(item);
                }

                history.End();
                return history;
            default:
                throw new RefusedException("Missing required parameter: 'input'.", "missing_required_parameter");
        }
    }

    private static bool IsIncomplete(Answer answer) => answer.Stop is StopReason.MaxTokens or StopReason.Refusal;

    private static void WriteBegun(Utf8JsonWriter json, Answer answer)
    {
        json.WriteStartObject("response");
        WriteHead(json, answer, "in_progress", null, null);
        json.WriteStartArray("output");
        json.WriteEndArray();
        json.WriteNull("usage");
        json.WriteEndObject();
    }

    private static void WriteEnded(Utf8JsonWriter json, Answer answer, ResponsesItems items)
    {
        var reason = answer.Stop switch { StopReason.MaxTokens => "max_output_tokens", StopReason.Refusal => "content_filter", _ => null };
        WriteHead(json, answer, reason is null ? "completed" : "incomplete", reason, null);
        json.WriteStartArray("output");
        items.Write(json);
        json.WriteEndArray();
        WriteUsage(json, answer.Usage);
    }

    private static void WriteHead(Utf8JsonWriter json, Answer answer, string status, string? incomplete, ErrorReply? error)
    {
        json.WriteString("id", $"resp_{answer.Key}");
        json.WriteString("object", "response");
        json.WriteNumber("created_at", Created);
        json.WriteString("status", status);
        if (status == "completed")
        {
            json.WriteNumber("completed_at", Created + 1);
        }
        else
        {
            json.WriteNull("completed_at");
        }

        WriteReason(json, "error", error is null ? null : ("code", OpenAiErrors.Code(error)), error?.Message);
        WriteReason(json, "incomplete_details", incomplete is null ? null : ("reason", incomplete), null);
        json.WriteString("model", answer.Model);
        json.WriteNull("previous_response_id");
        json.WriteString("service_tier", "default");
        foreach (var (name, otherwise) in Echoes)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(answer.Request.Get(name) is { ValueKind: not JsonValueKind.Undefined } said ? said.GetRawText() : otherwise);
        }
    }

    private static void WriteReason(Utf8JsonWriter json, string name, (string Name, string Value)? word, string? message)
    {
        if (word is not var (key, value))
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString(key, value);
        if (message is not null)
        {
            json.WriteString("message", message);
        }

        json.WriteEndObject();
    }

    // input_tokens hold the cached ones, output_tokens the reasoning.
    private static void WriteUsage(Utf8JsonWriter json, TokenCounts usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Input);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.CacheRead);
        json.WriteNumber("cache_write_tokens", usage.CacheWrite);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.Output);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", usage.Thinking);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", (long)usage.Input + usage.Output);
        json.WriteEndObject();
    }
}
