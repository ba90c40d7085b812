using System.Text;
using System.Text.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Proxy;

/// <summary>Reads an Anthropic event stream as strictly as its grammar is: dense indexes, one block open at a time, deltas that fit, nothing after the end.</summary>
internal sealed class AnthropicStream : ISseHandler
{
    private readonly StringBuilder _input = new();
    private string _open = "";
    private bool _started;
    private bool _ended;

    public List<string> Blocks { get; } = [];

    public List<string> ToolInputs { get; } = [];

    public string Text { get; private set; } = "";

    public string? StopReason { get; private set; }

    public JsonElement Usage { get; private set; }

    public static AnthropicStream Read(string stream)
    {
        var message = new AnthropicStream();
        using var decoder = new SseDecoder();
        decoder.Feed(Encoding.UTF8.GetBytes(stream), message);
        Assert.False(decoder.HasPartialEvent, "the stream ends inside an event");
        return message;
    }

    public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var json = JsonDocument.Parse(Encoding.UTF8.GetString(data)).RootElement;
        var type = json.GetProperty("type").GetString()!;
        Assert.Equal(type, Encoding.UTF8.GetString(name));
        Assert.False(_ended, $"{type} after the end");
        switch (type)
        {
            case "message_start":
                Assert.False(_started, "a second message_start");
                _started = true;
                break;
            case "content_block_start":
                Assert.True(_started && _open.Length == 0, "a block inside a block");
                Assert.Equal(Blocks.Count, json.GetProperty("index").GetInt32());
                _open = json.GetProperty("content_block").GetProperty("type").GetString()!;
                Blocks.Add(_open);
                _input.Clear();
                break;
            case "content_block_delta":
                Assert.Equal(Blocks.Count - 1, json.GetProperty("index").GetInt32());
                ReadDelta(json.GetProperty("delta"));
                break;
            case "content_block_stop":
                Assert.Equal(Blocks.Count - 1, json.GetProperty("index").GetInt32());
                if (_open == "tool_use")
                {
                    ToolInputs.Add(_input.ToString());
                }

                _open = "";
                break;
            case "message_delta":
                Assert.Equal("", _open);
                StopReason = json.GetProperty("delta").GetProperty("stop_reason").GetString();
                Usage = json.GetProperty("usage");
                break;
            case "message_stop" or "error":
                _ended = true;
                break;
            default:
                Assert.Equal("ping", type);
                break;
        }
    }

    private void ReadDelta(JsonElement delta)
    {
        switch (delta.GetProperty("type").GetString())
        {
            case "text_delta":
                Assert.Equal("text", _open);
                Text += delta.GetProperty("text").GetString();
                break;
            case "thinking_delta" or "signature_delta":
                Assert.Equal("thinking", _open);
                break;
            case "input_json_delta":
                Assert.Equal("tool_use", _open);
                _input.Append(delta.GetProperty("partial_json").GetString());
                break;
            case var other:
                Assert.Fail($"unknown delta {other}");
                break;
        }
    }
}
