using System.Buffers.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Reads the messages of a Chat request. Every message stays one turn of its own, a tool message a user's turn with one result, so that the numbers in
/// loss reports are the client's; encoders merge turns. A call without an id gets one from its place, and a result without one answers the oldest open call.
/// </summary>
internal sealed class ChatMessageReader(ReadOnlyMemory<byte> body, CanonicalRequest request)
{
    private readonly List<ToolUseBlock> _openCalls = [];
    private bool _sawTurn;

    private enum Role
    {
        System,
        User,
        Assistant,
        Tool,
        Function,
    }

    /// <summary>Reads the array under the reader.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            var place = new FieldPath("messages[{0}]", i);
            ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, place, "", "must be an object.");
            ReadMessage(ref reader, place, i);
        }
    }

    private void ReadMessage(ref Utf8JsonReader reader, FieldPath place, int index)
    {
        // The properties come in any order: where the values stand is noted first.
        Role? role = null;
        Utf8JsonReader content = default, calls = default, call = default, details = default;
        var (hasContent, hasCalls, hasCall, hasDetails) = (false, false, false, false);
        EscapedText refusal = default, reasoningContent = default, reasoning = default, toolCallId = default, name = default;
        RawJson cacheControl = default, audio = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                role = ReadRole(ref reader, place);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                hasContent = ChatReading.Value(ref reader);
                content = reader;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                hasCalls = ChatReading.Value(ref reader);
                ChatReading.Expect(!hasCalls || reader.TokenType == JsonTokenType.StartArray, place, ".tool_calls", "must be an array.");
                calls = reader;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("function_call"u8))
            {
                hasCall = ChatReading.Value(ref reader);
                ChatReading.Expect(!hasCall || reader.TokenType == JsonTokenType.StartObject, place, ".function_call", "must be an object.");
                call = reader;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_call_id"u8))
            {
                toolCallId = ChatReading.Text(ref reader, body, place, ".tool_call_id");
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                refusal = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("reasoning_content"u8))
            {
                reasoningContent = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("reasoning"u8))
            {
                reasoning = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("reasoning_details"u8))
            {
                hasDetails = ChatReading.Value(ref reader) && reader.TokenType == JsonTokenType.StartArray;
                details = reader;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                name = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("audio"u8))
            {
                audio = ChatReading.Raw(ref reader, body);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                cacheControl = ChatReading.Raw(ref reader, body);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        ChatReading.Expect(role is not null, place, ".role", "is missing.");
        var blocks = new List<ContentBlock>();
        var contentPlace = new FieldPath("messages[{0}].content", index);
        if (role == Role.Assistant)
        {
            var thoughts = new ChatThoughts(body);
            if (hasDetails)
            {
                thoughts.ReadDetails(ref details);
            }

            thoughts.AddTo(blocks, reasoningContent.IsEmpty ? reasoning : reasoningContent);
            if (hasContent)
            {
                ChatContentReader.Read(ref content, body, blocks, contentPlace);
                blocks.RemoveAll(static b => b is TextBlock { Text.IsEmpty: true });
            }

            if (!refusal.IsEmpty)
            {
                blocks.Add(new TextBlock(refusal));
            }

            if (audio.IsPresent)
            {
                blocks.Add(new OpaqueBlock(EscapedText.From("audio"), audio, Dialect.OpenAIChat));
            }

            ReadCalls(ref calls, hasCalls, ref call, hasCall, blocks, thoughts, index);
        }
        else if (hasContent)
        {
            ChatContentReader.Read(ref content, body, blocks, contentPlace);
        }

        if (cacheControl.IsPresent && blocks.Count > 0)
        {
            // Some clients mark the message: the cache ends with its last block.
            blocks[^1] = blocks[^1] with { CacheControl = cacheControl };
        }

        Add(role!.Value, blocks, toolCallId, name, cacheControl, place, index);
    }

    private void Add(Role role, List<ContentBlock> blocks, EscapedText toolCallId, EscapedText name, RawJson cacheControl, FieldPath place, int index)
    {
        switch (role)
        {
            case Role.System when !_sawTurn:
                request.System.AddRange(blocks);
                return;
            case Role.System:
                request.Messages.Add(new(MessageRole.System, blocks, index));
                return;
            case Role.Tool or Role.Function:
                var id = TakeCall(toolCallId, name, place, role == Role.Function);
                var result = new ToolResultBlock(id, blocks, false) { CacheControl = cacheControl };
                request.Messages.Add(new(MessageRole.User, [result], index));
                break;
            default:
                request.Messages.Add(new(role == Role.Assistant ? MessageRole.Assistant : MessageRole.User, blocks, index));
                break;
        }

        _sawTurn = true;
    }

    private static Role ReadRole(ref Utf8JsonReader reader, FieldPath place)
    {
        reader.Read();
        ChatReading.Expect(reader.TokenType == JsonTokenType.String, place, ".role", "must be a string.");
        return reader.ValueTextEquals("user"u8) ? Role.User
            : reader.ValueTextEquals("assistant"u8) ? Role.Assistant
            : reader.ValueTextEquals("tool"u8) ? Role.Tool
            : reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("developer"u8) ? Role.System
            : reader.ValueTextEquals("function"u8) ? Role.Function
            : throw place.Fault(".role", "must be 'system', 'developer', 'user', 'assistant', 'tool' or 'function'.");
    }

    private void ReadCalls(ref Utf8JsonReader calls, bool hasCalls, ref Utf8JsonReader call, bool hasCall, List<ContentBlock> blocks, ChatThoughts thoughts, int index)
    {
        _openCalls.Clear();
        if (hasCalls)
        {
            for (var i = 0; calls.Read() && calls.TokenType != JsonTokenType.EndArray; i++)
            {
                var place = new FieldPath("messages[{0}].tool_calls[{1}]", index, i);
                ChatReading.Expect(calls.TokenType == JsonTokenType.StartObject, place, "", "must be an object.");
                AddCall(ReadCall(ref calls, place, out var extra), extra, blocks, thoughts);
            }
        }

        if (hasCall && _openCalls.Count == 0)
        {
            var parts = default(CallParts);
            var place = new FieldPath("messages[{0}].function_call", index);
            ReadFunction(ref call, place, "", ref parts);
            ChatReading.Expect(!parts.Name.IsEmpty, place, ".name", "is missing.");
            AddCall(new(Mint(index, 0), parts.Name, parts.Input), default, blocks, thoughts);
        }

        thoughts.AddRest(blocks);
    }

    private void AddCall(ToolUseBlock call, RawJson extra, List<ContentBlock> blocks, ChatThoughts thoughts)
    {
        thoughts.AddBefore(call.Id, blocks);
        if (extra.IsPresent)
        {
            blocks.Add(new RedactedThinkingBlock(ChatEnvelopes.OfExtraContent(extra.Span, null, null)));
        }

        blocks.Add(call);
        _openCalls.Add(call);
    }

    private ToolUseBlock ReadCall(ref Utf8JsonReader reader, FieldPath place, out RawJson extra)
    {
        EscapedText id = default;
        var parts = default(CallParts);
        extra = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                id = ChatReading.Text(ref reader, body, place, ".id");
            }
            else if (reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("custom"u8))
            {
                var below = reader.ValueTextEquals("custom"u8) ? ".custom" : ".function";
                reader.Read();
                ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, place, below, "must be an object.");
                ReadFunction(ref reader, place, below, ref parts);
            }
            else if (reader.ValueTextEquals("extra_content"u8))
            {
                extra = ChatReading.Raw(ref reader, body);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                parts.CacheControl = ChatReading.Raw(ref reader, body);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        ChatReading.Expect(!parts.Name.IsEmpty, place, ".function.name", "is missing.");
        return new(id.IsEmpty ? Mint(place.First, place.Second) : id, parts.Name, parts.Input) { CacheControl = parts.CacheControl };
    }

    private void ReadFunction(ref Utf8JsonReader reader, FieldPath place, string below, ref CallParts parts)
    {
        parts.Input = ChatArguments.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw place.Fault(below + ".name", "must be a string.");
                }

                parts.Name = reader.Text(body);
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                reader.Read();
                parts.Input = reader.TokenType switch
                {
                    JsonTokenType.String => ChatArguments.Parse(ref reader),
                    JsonTokenType.StartObject => reader.Raw(body),
                    JsonTokenType.Null => ChatArguments.None,
                    _ => throw place.Fault(below + ".arguments", "must be a string that holds JSON."),
                };
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw place.Fault(below + ".input", "must be a string.");
                }

                parts.Input = ChatArguments.OfCustom(reader.ValueSpan);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }
    }

    /// <summary>The call that a result answers, which then is open no more.</summary>
    private EscapedText TakeCall(EscapedText id, EscapedText name, FieldPath place, bool byName)
    {
        var at = _openCalls.FindIndex(call => byName ? call.Name.Span.SequenceEqual(name.Span) : call.Id.Span.SequenceEqual(id.Span));
        if (at < 0 && !id.IsEmpty)
        {
            // It answers no call of the turn before; what to do with it depends on the target.
            return id;
        }

        if (at < 0)
        {
            ChatReading.Expect(_openCalls.Count > 0, place, byName ? ".name" : ".tool_call_id", "answers no call: there is none left without a result.");
            at = 0;
        }

        var found = _openCalls[at].Id;
        _openCalls.RemoveAt(at);
        return found;
    }

    private static EscapedText Mint(int message, int call)
    {
        var id = new byte[32];
        "call_"u8.CopyTo(id);
        Utf8Formatter.TryFormat(message, id.AsSpan(5), out var digits);
        var length = 5 + digits;
        id[length++] = (byte)'_';
        Utf8Formatter.TryFormat(call, id.AsSpan(length), out digits);
        return new(id.AsMemory(0, length + digits));
    }

    private struct CallParts
    {
        public EscapedText Name;
        public RawJson Input;
        public RawJson CacheControl;
    }
}
