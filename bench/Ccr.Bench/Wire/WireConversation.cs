using System.Text.Json.Nodes;

namespace Ccr.Bench.Wire;

/// <summary>A client's side of a conversation, in its dialect: what was said so far, and the body of the next request.</summary>
internal sealed class WireConversation(WireDialect dialect, string model, bool tools)
{
    private const string Tool = "run_command";
    private readonly JsonArray _turns = [];

    /// <summary>The dialect.</summary>
    public WireDialect Dialect => dialect;

    /// <summary>Where such requests go.</summary>
    public string Path => PathOf(dialect);

    /// <summary>Where requests of a dialect go.</summary>
    public static string PathOf(WireDialect dialect) => dialect switch
    {
        WireDialect.Messages => "/v1/messages",
        WireDialect.Chat => "/v1/chat/completions",
        _ => "/v1/responses",
    };

    /// <summary>The user says something.</summary>
    public void AddUser(string text) => _turns.Add(Turn("user", text));

    /// <summary>What the model said and called, and what the calls brought.</summary>
    public void AddAnswer(string text, IReadOnlyList<WireCall> calls, Func<WireCall, string> run)
    {
        switch (dialect)
        {
            case WireDialect.Messages:
                AddMessages(text, calls, run);
                break;
            case WireDialect.Chat:
                AddChat(text, calls, run);
                break;
            default:
                AddResponses(text, calls, run);
                break;
        }
    }

    /// <summary>The body of a streaming request with all of it.</summary>
    public byte[] Body()
    {
        var turns = _turns.DeepClone();
        var body = dialect switch
        {
            WireDialect.Messages => new JsonObject { ["model"] = model, ["max_tokens"] = 4000, ["stream"] = true, ["messages"] = turns },
            WireDialect.Chat => new JsonObject { ["model"] = model, ["stream"] = true, ["stream_options"] = new JsonObject { ["include_usage"] = true }, ["messages"] = turns },
            _ => new JsonObject { ["model"] = model, ["stream"] = true, ["store"] = false, ["input"] = turns },
        };
        if (tools)
        {
            body["tools"] = new JsonArray(DeclareTool());
        }

        return System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static JsonObject Turn(string role, JsonNode content) => new() { ["role"] = role, ["content"] = content };

    private void AddMessages(string text, IReadOnlyList<WireCall> calls, Func<WireCall, string> run)
    {
        var said = new JsonArray();
        if (text.Length > 0)
        {
            said.Add(new JsonObject { ["type"] = "text", ["text"] = text });
        }

        var results = new JsonArray();
        foreach (var call in calls)
        {
            said.Add(new JsonObject { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Name, ["input"] = JsonNode.Parse(call.Arguments) });
            results.Add(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = call.Id, ["content"] = run(call) });
        }

        _turns.Add(Turn("assistant", said));
        if (results.Count > 0)
        {
            _turns.Add(Turn("user", results));
        }
    }

    private void AddChat(string text, IReadOnlyList<WireCall> calls, Func<WireCall, string> run)
    {
        var said = Turn("assistant", text);
        if (calls.Count > 0)
        {
            said["tool_calls"] = new JsonArray([.. calls.Select(call => new JsonObject
            {
                ["id"] = call.Id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
            })]);
        }

        _turns.Add(said);
        foreach (var call in calls)
        {
            _turns.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = call.Id, ["content"] = run(call) });
        }
    }

    private void AddResponses(string text, IReadOnlyList<WireCall> calls, Func<WireCall, string> run)
    {
        if (text.Length > 0)
        {
            _turns.Add(new JsonObject
            {
                ["type"] = "message",
                ["role"] = "assistant",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray() }),
            });
        }

        foreach (var call in calls)
        {
            _turns.Add(new JsonObject { ["type"] = "function_call", ["call_id"] = call.Id, ["name"] = call.Name, ["arguments"] = call.Arguments });
        }

        foreach (var call in calls)
        {
            _turns.Add(new JsonObject { ["type"] = "function_call_output", ["call_id"] = call.Id, ["output"] = run(call) });
        }
    }

    private JsonObject DeclareTool()
    {
        const string about = "Runs a command and returns what it printed.";
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["command"] = new JsonObject { ["type"] = "string" } },
            ["required"] = new JsonArray("command"),
        };
        return dialect switch
        {
            WireDialect.Messages => new JsonObject { ["name"] = Tool, ["description"] = about, ["input_schema"] = schema },
            WireDialect.Chat => new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = Tool, ["description"] = about, ["parameters"] = schema } },
            _ => new JsonObject { ["type"] = "function", ["name"] = Tool, ["description"] = about, ["parameters"] = schema },
        };
    }
}
