using System.Text;
using System.Text.Json;

namespace Ccr.Bench.Wire;

/// <summary>Anthropic Messages: one message_start, blocks one after the other with dense indexes, deltas of their block's kind, message_delta, message_stop.</summary>
internal sealed class MessagesReader : StrictReader
{
    private readonly StringBuilder _arguments = new();
    private bool _started;
    private bool _sawDelta;
    private string? _block;
    private string _id = "";
    private string _tool = "";
    private int _next;

    protected override void OnEvent(string name, string data)
    {
        using var document = JsonDocument.Parse(data);
        var root = document.RootElement;
        var type = root.Field("type").GetString();
        Need(type == name, $"the event {name} has the type {type}");
        switch (type)
        {
            case "ping":
                break;
            case "error":
                Need(root.Field("error").Field("type").GetString() is { Length: > 0 }, "an error without a type");
                Error = root.Field("error").Field("message").GetString();
                Ended = true;
                break;
            case "message_start":
                Need(!_started, "message_start came twice");
                _started = true;
                var message = root.Field("message");
                Need(message.Field("id").GetString() is { Length: > 0 }, "a message without an id");
                Need(message.Field("role").GetString() == "assistant", "a message that is not the assistant's");
                Model = message.Field("model").GetString();
                ReadUsage(message.Field("usage"));
                break;
            case "content_block_start":
                StartBlock(root);
                break;
            case "content_block_delta":
                TakeDelta(root);
                break;
            case "content_block_stop":
                StopBlock(root);
                break;
            case "message_delta":
                Need(_started && _block is null && !_sawDelta, "message_delta before the message, inside a block, or twice");
                _sawDelta = true;
                StopReason = root.Field("delta").Field("stop_reason").GetString();
                Need(StopReason is not null, "message_delta without a stop_reason");
                ReadUsage(root.Field("usage"));
                break;
            case "message_stop":
                Need(_sawDelta, "message_stop without message_delta");
                Ended = true;
                break;
            default:
                Wrong($"an event that the protocol does not have: {type}");
                break;
        }
    }

    private void StartBlock(JsonElement root)
    {
        Need(_started && !_sawDelta && _block is null, "a block before message_start, after message_delta, or inside a block");
        Need(root.Field("index").GetInt32() == _next, $"block {root.Field("index").GetInt32()} where {_next} is due");
        var block = root.Field("content_block");
        _block = block.Field("type").GetString();
        _arguments.Clear();
        switch (_block)
        {
            case "text":
                Text.Append(block.Field("text").GetString());
                break;
            case "tool_use":
                (_id, _tool) = (block.Field("id").GetString()!, block.Field("name").GetString()!);
                break;
            case "thinking" or "redacted_thinking":
                break;
            default:
                Wrong($"a block of the kind {_block}");
                break;
        }
    }

    private void TakeDelta(JsonElement root)
    {
        Need(root.Field("index").GetInt32() == _next, "a delta of another block");
        var delta = root.Field("delta");
        var type = delta.Field("type").GetString();
        switch (type)
        {
            case "text_delta":
                Need(_block == "text", $"a text_delta in a block of the kind {_block ?? "none"}");
                Text.Append(delta.Field("text").GetString());
                break;
            case "input_json_delta":
                Need(_block == "tool_use", $"an input_json_delta in a block of the kind {_block ?? "none"}");
                _arguments.Append(delta.Field("partial_json").GetString());
                break;
            case "thinking_delta" or "signature_delta":
                Need(_block == "thinking", $"a {type} in a block of the kind {_block ?? "none"}");
                break;
            default:
                Wrong($"a delta of the kind {type}");
                break;
        }
    }

    private void StopBlock(JsonElement root)
    {
        Need(_block is not null && root.Field("index").GetInt32() == _next, "content_block_stop of a block that is not open");
        if (_block == "tool_use")
        {
            var arguments = _arguments.Length == 0 ? "{}" : _arguments.ToString();
            JsonDocument.Parse(arguments).Dispose();
            Calls.Add(new WireCall(_id, _tool, arguments));
        }

        _block = null;
        _next++;
    }

    private void ReadUsage(JsonElement usage)
    {
        OutputTokens = usage.Field("output_tokens").GetInt64();
        if (usage.TryGetProperty("input_tokens", out var input) && input.ValueKind == JsonValueKind.Number)
        {
            // The uncached ones; a later event may tell them again.
            var all = input.GetInt64() + Extra("cache_creation_input_tokens") + Extra("cache_read_input_tokens");
            InputTokens = all > 0 ? all : InputTokens ?? all;
        }

        long Extra(string field) => usage.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
    }
}
