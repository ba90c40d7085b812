using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>Anthropic Messages: any path that ends in <c>/messages</c>.</summary>
internal sealed class AnthropicDialect : IDialect
{
    private const int ArgumentBytes = 12;

    public string RequestIdHeader => "request-id";

    public bool Owns(string path) => path.EndsWith("/messages", StringComparison.Ordinal);

    public string ReadModel(string path, JsonElement body) => body.Need("model");

    public Conversation Read(string path, JsonElement body, Script script)
    {
        if (body.Get("max_tokens").ValueKind != JsonValueKind.Number)
        {
            throw new RefusedException("max_tokens: field required, a number");
        }

        return ReadConversation(body, script.Strict) with { Stream = body.IsTrue("stream") };
    }

    /// <summary>The part of a request that counting tokens has too.</summary>
    public static Conversation ReadConversation(JsonElement body, bool strict)
    {
        AnthropicHistory history = new();
        foreach (var message in body.NeedItems("messages"))
        {
            history.Add(message, strict);
        }

        history.End(strict);
        if (strict)
        {
            JsonRead.RefuseUnknown(body, AnthropicHistory.Fields);
            RequireLegalTools(body);
        }

        var choice = body.Get("tool_choice");
        return new Conversation
        {
            Model = body.Need("model"),
            // Tools with a type of their own run at the provider or have no schema in the request: not for the simulator to call.
            Tools = [.. body.Items("tools").Where(t => t.GetText("type") is null or "custom").Select(t => new DeclaredTool(t.Need("name"), t.Get("input_schema")))],
            Choice = choice.GetText("type") switch { "none" => ToolChoice.None, "any" or "tool" => ToolChoice.Required, _ => ToolChoice.Auto },
            ChosenTool = choice.GetText("name"),
            Prompt = history.Prompt,
            Results = history.Results,
            Prefill = history.Prefill,
            ToolTurns = history.ToolTurns,
            OutputSchema = body.Get("output_config").Get("format").Get("schema"),
        };
    }

    public void WriteStream(FrameWriter frames, Answer answer)
    {
        frames.Write(FrameKind.Structure, "message_start", json =>
        {
            json.WriteString("type", "message_start");
            json.WriteStartObject("message");
            WriteHead(json, answer);
            json.WriteStartArray("content");
            json.WriteEndArray();
            WriteStop(json, null);
            WriteUsage(json, answer.Usage, Math.Min(1, answer.Usage.Output));
            json.WriteEndObject();
        });
        var index = 0;
        if (answer.Thinking.Count > 0)
        {
            Block(frames, index++, json => WriteThinking(json, "", ""), [
                .. answer.Thinking.Select(piece => Delta("thinking_delta", "thinking", piece)),
                Delta("signature_delta", "signature", Signature.Of(string.Concat(answer.Thinking))),
            ]);
        }

        if (answer.Text.Count > 0)
        {
            Block(frames, index++, json => WriteText(json, ""), answer.Text.Select(piece => Delta("text_delta", "text", piece)));
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            var call = answer.Calls[i];
            var id = CallId(answer, i);
            // The first piece is empty, as Anthropic sends it; a call without arguments has only that one.
            List<string> pieces = ["", .. call.Input == "{}" ? [] : Pieces.Cut(call.Input, ArgumentBytes)];
            Block(frames, index++, json => WriteCall(json, id, call.Name, "{}"), pieces.Select(piece => Delta("input_json_delta", "partial_json", piece)));
        }

        frames.Write(FrameKind.End, "message_delta", json =>
        {
            json.WriteString("type", "message_delta");
            json.WriteStartObject("delta");
            WriteStop(json, answer.Stop);
            json.WriteEndObject();
            WriteUsage(json, answer.Usage, answer.Usage.Output);
        });
        frames.Write(FrameKind.Done, "message_stop", json => json.WriteString("type", "message_stop"));
    }

    public void WriteWhole(Utf8JsonWriter json, Answer answer)
    {
        WriteHead(json, answer);
        json.WriteStartArray("content");
        if (answer.Thinking.Count > 0)
        {
            var thinking = string.Concat(answer.Thinking);
            json.WriteStartObject();
            WriteThinking(json, thinking, Signature.Of(thinking));
            json.WriteEndObject();
        }

        if (answer.Text.Count > 0)
        {
            json.WriteStartObject();
            WriteText(json, string.Concat(answer.Text));
            json.WriteEndObject();
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            json.WriteStartObject();
            WriteCall(json, CallId(answer, i), answer.Calls[i].Name, answer.Calls[i].Input);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteStop(json, answer.Stop);
        WriteUsage(json, answer.Usage, answer.Usage.Output);
    }

    public void WriteError(Utf8JsonWriter json, ErrorReply error)
    {
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", error.Code ?? error.Status switch
        {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            408 or 504 => "timeout_error",
            409 => "conflict_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 or 529 => "overloaded_error",
            < 500 => "invalid_request_error",
            _ => "api_error",
        });
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }

    public void WriteErrorEvent(FrameWriter frames, Answer answer, ErrorReply error) => frames.Write(FrameKind.End, "error", json => WriteError(json, error));

    private static void RequireLegalTools(JsonElement body)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var tool in body.Items("tools"))
        {
            var place = $"tools.{index++}.custom";
            var name = tool.GetText("name") ?? "";
            if (!names.Add(name))
            {
                throw new RefusedException("tools: Tool names must be unique.");
            }

            if (tool.GetText("type") is not (null or "custom"))
            {
                continue;
            }

            if (!JsonRead.IsWord(name, AnthropicHistory.LongestName))
            {
                throw new RefusedException($"{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,{AnthropicHistory.LongestName}}}$'");
            }

            if (tool.Get("input_schema").GetText("type") != "object")
            {
                throw new RefusedException($"{place}.input_schema.type: Field required");
            }
        }
    }

    private static void Block(FrameWriter frames, int index, Action<Utf8JsonWriter> start, IEnumerable<Action<Utf8JsonWriter>> deltas)
    {
        frames.Write(FrameKind.Structure, "content_block_start", json =>
        {
            json.WriteString("type", "content_block_start");
            json.WriteNumber("index", index);
            json.WriteStartObject("content_block");
            start(json);
            json.WriteEndObject();
        });
        if (index == 0)
        {
            frames.Write(FrameKind.Structure, "ping", json => json.WriteString("type", "ping"));
        }

        foreach (var delta in deltas)
        {
            frames.Write(FrameKind.Content, "content_block_delta", json =>
            {
                json.WriteString("type", "content_block_delta");
                json.WriteNumber("index", index);
                json.WriteStartObject("delta");
                delta(json);
                json.WriteEndObject();
            });
        }

        frames.Write(FrameKind.Structure, "content_block_stop", json =>
        {
            json.WriteString("type", "content_block_stop");
            json.WriteNumber("index", index);
        });
    }

    private static Action<Utf8JsonWriter> Delta(string type, string property, string value) => json =>
    {
        json.WriteString("type", type);
        json.WriteString(property, value);
    };

    private static string CallId(Answer answer, int index) => $"toolu_{answer.Key}{index}";

    private static void WriteHead(Utf8JsonWriter json, Answer answer)
    {
        json.WriteString("id", $"msg_{answer.Key}");
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", answer.Model);
    }

    private static void WriteThinking(Utf8JsonWriter json, string thinking, string signature)
    {
        json.WriteString("type", "thinking");
        json.WriteString("thinking", thinking);
        json.WriteString("signature", signature);
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteString("type", "text");
        json.WriteString("text", text);
    }

    private static void WriteCall(Utf8JsonWriter json, string id, string name, string input)
    {
        json.WriteString("type", "tool_use");
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WritePropertyName("input");
        json.WriteRawValue(input);
        json.WriteStartObject("caller");
        json.WriteString("type", "direct");
        json.WriteEndObject();
    }

    private static void WriteStop(Utf8JsonWriter json, StopReason? stop)
    {
        json.WriteString("stop_reason", stop switch
        {
            null => null,
            StopReason.ToolUse => "tool_use",
            StopReason.MaxTokens => "max_tokens",
            StopReason.Refusal => "refusal",
            _ => "end_turn",
        });
        json.WriteNull("stop_sequence");
    }

    // input_tokens are the uncached ones only.
    private static void WriteUsage(Utf8JsonWriter json, TokenCounts usage, int output)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Input - usage.CacheRead - usage.CacheWrite);
        json.WriteNumber("cache_creation_input_tokens", usage.CacheWrite);
        json.WriteNumber("cache_read_input_tokens", usage.CacheRead);
        json.WriteNumber("output_tokens", output);
        json.WriteString("service_tier", "standard");
        json.WriteEndObject();
    }
}
