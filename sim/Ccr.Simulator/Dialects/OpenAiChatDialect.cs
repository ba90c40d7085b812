using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>OpenAI Chat Completions: any path that ends in <c>/chat/completions</c>. Thinking is <c>reasoning_content</c>, as most of the field has it.</summary>
internal sealed class OpenAiChatDialect : IDialect
{
    private const int ArgumentBytes = 12;
    private const long Created = 1_700_000_000;
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public string RequestIdHeader => "x-request-id";

    public bool Owns(string path) => path.EndsWith("/chat/completions", StringComparison.Ordinal);

    public string ReadModel(string path, JsonElement body) => body.Need("model");

    public Conversation Read(string path, JsonElement body, Script script)
    {
        OpenAiChatHistory history = new();
        foreach (var message in body.NeedItems("messages"))
        {
            history.Add(message, script.Strict);
        }

        history.End();
        if (script.Strict)
        {
            JsonRead.RefuseUnknown(body, OpenAiChatHistory.Fields);
            if (body.Items("tools").Select(t => t.Get("function").GetText("name")).FirstOrDefault(name => name is not null && !JsonRead.IsWord(name, OpenAiChatHistory.LongestName)) is { } illegal)
            {
                throw new RefusedException($"Invalid 'tools[0].function.name': '{illegal}' does not match the pattern '^[a-zA-Z0-9_-]{{1,{OpenAiChatHistory.LongestName}}}$'.");
            }
        }

        if (body.Get("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() == 0)
        {
            throw new RefusedException("Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.");
        }

        var choice = body.Get("tool_choice");
        var format = body.Get("response_format");
        return new Conversation
        {
            Model = body.Need("model"),
            Stream = body.IsTrue("stream"),
            StreamUsage = body.Get("stream_options").IsTrue("include_usage"),
            Tools = [.. body.Items("tools").Where(t => t.GetText("type") is null or "function").Select(t => t.Get("function")).Select(f => new DeclaredTool(f.Need("name"), f.Get("parameters")))],
            Choice = choice.ValueKind switch
            {
                JsonValueKind.Object => ToolChoice.Required,
                JsonValueKind.String => choice.GetString() switch { "none" => ToolChoice.None, "required" => ToolChoice.Required, _ => ToolChoice.Auto },
                _ => ToolChoice.Auto,
            },
            ChosenTool = choice.Get("function").GetText("name"),
            Prompt = history.Prompt,
            Results = history.Results,
            Prefill = history.Prefill,
            ToolTurns = history.ToolTurns,
            OutputSchema = format.GetText("type") == "json_object" ? AnyObject : format.Get("json_schema").Get("schema"),
        };
    }

    public void WriteStream(FrameWriter frames, Answer answer)
    {
        Chunk(frames, FrameKind.Structure, answer, null, json =>
        {
            json.WriteString("role", "assistant");
            json.WriteString("content", "");
        });
        foreach (var piece in answer.Thinking)
        {
            Chunk(frames, FrameKind.Content, answer, null, json => json.WriteString("reasoning_content", piece));
        }

        foreach (var piece in answer.Text)
        {
            Chunk(frames, FrameKind.Content, answer, null, json => json.WriteString("content", piece));
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            WriteCallStream(frames, answer, i);
        }

        Chunk(frames, FrameKind.End, answer, Finish(answer.Stop), _ => { });
        if (answer.StreamUsage)
        {
            frames.Write(FrameKind.End, null, json =>
            {
                WriteHead(json, answer, "chat.completion.chunk");
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteUsage(json, answer.Usage);
            });
        }

        frames.WriteRaw(FrameKind.Done, "data: [DONE]"u8);
    }

    public void WriteWhole(Utf8JsonWriter json, Answer answer)
    {
        WriteHead(json, answer, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", answer.Text.Count > 0 ? string.Concat(answer.Text) : null);
        json.WriteNull("refusal");
        if (answer.Thinking.Count > 0)
        {
            json.WriteString("reasoning_content", string.Concat(answer.Thinking));
        }

        if (answer.Calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            for (var i = 0; i < answer.Calls.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("id", CallId(answer, i));
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", answer.Calls[i].Name);
                json.WriteString("arguments", answer.Calls[i].Input);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", Finish(answer.Stop));
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, answer.Usage);
    }

    public void WriteError(Utf8JsonWriter json, ErrorReply error) => OpenAiErrors.Write(json, error);

    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error) => frames.Write(FrameKind.End, null, json => WriteError(json, error));

    private static void WriteCallStream(FrameWriter frames, Answer answer, int index)
    {
        var call = answer.Calls[index];
        Call(call.Name, "");
        foreach (var piece in Pieces.Cut(call.Input, ArgumentBytes))
        {
            Call(null, piece);
        }

        // Id, type and name come once, with empty arguments; the pieces then carry the index alone.
        void Call(string? name, string arguments) => Chunk(frames, FrameKind.Content, answer, null, json =>
        {
            json.WriteStartArray("tool_calls");
            json.WriteStartObject();
            json.WriteNumber("index", index);
            if (name is not null)
            {
                json.WriteString("id", CallId(answer, index));
                json.WriteString("type", "function");
            }

            json.WriteStartObject("function");
            if (name is not null)
            {
                json.WriteString("name", name);
            }

            json.WriteString("arguments", arguments);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    private static void Chunk(FrameWriter frames, FrameKind kind, Answer answer, string? finish, Action<Utf8JsonWriter> delta) =>
        frames.Write(kind, null, json =>
        {
            WriteHead(json, answer, "chat.completion.chunk");
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            delta(json);
            json.WriteEndObject();
            json.WriteNull("logprobs");
            json.WriteString("finish_reason", finish);
            json.WriteEndObject();
            json.WriteEndArray();
            if (answer.StreamUsage)
            {
                json.WriteNull("usage");
            }
        });

    private static void WriteHead(Utf8JsonWriter json, Answer answer, string type)
    {
        json.WriteString("id", $"chatcmpl-{answer.Key}");
        json.WriteString("object", type);
        json.WriteNumber("created", Created);
        json.WriteString("model", answer.Model);
        json.WriteString("system_fingerprint", "fp_simulator");
    }

    private static string CallId(Answer answer, int index) => $"call_{answer.Key}{index}";

    private static string Finish(StopReason stop) => stop switch
    {
        StopReason.ToolUse => "tool_calls",
        StopReason.MaxTokens => "length",
        StopReason.Refusal => "content_filter",
        _ => "stop",
    };

    // prompt_tokens hold the cached ones.
    private static void WriteUsage(Utf8JsonWriter json, TokenCounts usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.Input);
        json.WriteNumber("completion_tokens", usage.Output);
        json.WriteNumber("total_tokens", (long)usage.Input + usage.Output);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CacheRead);
        json.WriteNumber("cache_write_tokens", usage.CacheWrite);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", usage.Thinking);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
