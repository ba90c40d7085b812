using System.Text;
using System.Text.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Checks that bytes are an event stream as Anthropic's own clients demand it: named events, dense indexes, one block open at a time, deltas that fit their block.</summary>
internal sealed class AnthropicStreamChecker : ISseHandler
{
    private static readonly string[] MessageKeys = ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "container", "usage"];

    private readonly StringBuilder _input = new();
    private string _block = "";
    private int _next;
    private bool _started;
    private bool _sawDelta;

    public bool IsFinished { get; private set; }

    private bool ValidArguments { get; init; } = true;

    public List<string> Events { get; } = [];

    public List<string> Blocks { get; } = [];

    public static AnthropicStreamChecker Check(ReadOnlySpan<byte> bytes, bool validArguments = true)
    {
        var checker = new AnthropicStreamChecker { ValidArguments = validArguments };
        using var sse = new SseDecoder();
        sse.Feed(bytes, checker);
        Assert.False(sse.HasPartialEvent, "the last event is not complete");
        return checker;
    }

    public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Assert.False(IsFinished, "an event after the end");
        using var document = JsonDocument.Parse(data.ToArray());
        var root = document.RootElement;
        var type = root.GetProperty("type").GetString()!;
        Assert.Equal(type, Encoding.UTF8.GetString(name));
        Events.Add(type);
        switch (type)
        {
            case "ping":
                break;
            case "error":
                Assert.True(root.GetProperty("error").GetProperty("message").ValueKind == JsonValueKind.String);
                IsFinished = true;
                break;
            case "message_start":
                Assert.False(_started, "message_start twice");
                _started = true;
                var message = root.GetProperty("message");
                Assert.All(MessageKeys, key => Assert.True(message.TryGetProperty(key, out _), key));
                break;
            case "content_block_start":
                OnStart(root);
                break;
            case "content_block_delta":
                OnDelta(root);
                break;
            case "content_block_stop":
                Assert.Equal(_next, root.GetProperty("index").GetInt32());
                Assert.NotEqual("", _block);
                if (ValidArguments && _input.Length > 0)
                {
                    JsonDocument.Parse(_input.ToString()).Dispose();
                }

                _block = "";
                _next++;
                break;
            case "message_delta":
                Assert.True(_started && _block.Length == 0 && !_sawDelta, "message_delta inside a block, or twice");
                _sawDelta = true;
                Assert.Equal(JsonValueKind.String, root.GetProperty("delta").GetProperty("stop_reason").ValueKind);
                Assert.Equal(JsonValueKind.Number, root.GetProperty("usage").GetProperty("output_tokens").ValueKind);
                break;
            case "message_stop":
                Assert.True(_sawDelta, "message_stop without message_delta");
                IsFinished = true;
                break;
            default:
                Assert.Fail($"an unknown event: {type}");
                break;
        }
    }

    private void OnStart(JsonElement root)
    {
        Assert.True(_started && !_sawDelta && _block.Length == 0, "a block before message_start, after message_delta or inside a block");
        Assert.Equal(_next, root.GetProperty("index").GetInt32());
        var block = root.GetProperty("content_block");
        _block = block.GetProperty("type").GetString()!;
        _input.Clear();
        Blocks.Add(_block);
        string[] keys = _block switch
        {
            "text" => ["text"],
            "thinking" => ["thinking", "signature"],
            "redacted_thinking" => ["data"],
            "tool_use" or "server_tool_use" => ["id", "name", "input"],
            _ => ["tool_use_id", "content"],
        };
        Assert.All(keys, key => Assert.True(block.TryGetProperty(key, out _), key));
    }

    private void OnDelta(JsonElement root)
    {
        Assert.Equal(_next, root.GetProperty("index").GetInt32());
        var delta = root.GetProperty("delta");
        var type = delta.GetProperty("type").GetString();
        Assert.Equal(
            _block,
            type switch
            {
                "text_delta" or "citations_delta" => "text",
                "thinking_delta" or "signature_delta" => "thinking",
                "input_json_delta" => "tool_use",
                _ => "none",
            });
        if (type == "input_json_delta")
        {
            _input.Append(delta.GetProperty("partial_json").GetString());
        }
    }
}
