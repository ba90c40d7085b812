using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Turns input items into turns: a run of reasoning, text and calls is one assistant message (P146), a run of results one user message.
/// </summary>
internal sealed class ResponsesItemReader(CanonicalRequest request)
{
    private readonly List<(EscapedText Id, EscapedText CallId)> _shimCalls = [];
    private List<ContentBlock>? _turn;
    private MessageRole _role;
    private bool _begun;

    /// <summary>Reads the item that begins under the reader.</summary>
    public void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, int index)
    {
        var place = new FieldPath("input[{0}]", index);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw place.Fault("", "must be an object.");
        }

        var item = default(Item);
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadProperty(ref reader, body, ref item);
        }

        item.Raw = new(body[start..(int)reader.BytesConsumed]);
        Add(item, index, place);
    }

    private static void ReadProperty(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref Item item)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            item.Type = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("role"u8))
        {
            item.Role = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            item.Id = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("call_id"u8))
        {
            item.CallId = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("name"u8))
        {
            item.Name = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("namespace"u8))
        {
            item.Namespace = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("encrypted_content"u8))
        {
            item.Encrypted = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("phase"u8))
        {
            item.Phase = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("status"u8))
        {
            item.Status = ResponsesPartReader.Text(ref reader, body);
        }
        else if (reader.ValueTextEquals("content"u8))
        {
            item.Content = Value(ref reader, body);
        }
        else if (reader.ValueTextEquals("summary"u8))
        {
            item.Summary = Value(ref reader, body);
        }
        else if (reader.ValueTextEquals("output"u8))
        {
            item.Output = Value(ref reader, body);
        }
        else if (reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("action"u8) || reader.ValueTextEquals("operation"u8))
        {
            item.Input = Value(ref reader, body);
        }
        else if (reader.ValueTextEquals("tools"u8))
        {
            item.Tools = Value(ref reader, body);
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private void Add(in Item item, int index, FieldPath place)
    {
        var type = item.Type.Span;
        if (type.SequenceEqual("message"u8) || (type.IsEmpty && !item.Role.IsEmpty))
        {
            AddMessage(item, index, place);
        }
        else if (type.SequenceEqual("reasoning"u8))
        {
            AddReasoning(item, index);
        }
        else if (type.SequenceEqual("function_call"u8))
        {
            Open(MessageRole.Assistant, index).Add(new ToolUseBlock(CallId(item, place), CallName(item, place), ReadArguments(item.Input)));
        }
        else if (type.SequenceEqual("custom_tool_call"u8))
        {
            Open(MessageRole.Assistant, index).Add(new ToolUseBlock(CallId(item, place), CallName(item, place), ResponsesText.CustomInput(StringOf(item.Input))));
        }
        else if (ResponsesShim.OfCall(type) is { } shim)
        {
            var callId = item.CallId.IsEmpty ? item.Id : item.CallId;
            _shimCalls.Add((item.Id, callId));
            Open(MessageRole.Assistant, index).Add(new ToolUseBlock(Present(callId, place, ".call_id"), shim.Name, item.Input.IsNullOrAbsent ? new("{}"u8.ToArray()) : item.Input));
        }
        else if (type.SequenceEqual("function_call_output"u8) || type.SequenceEqual("custom_tool_call_output"u8) || ResponsesShim.OfOutput(type) is not null)
        {
            AddResult(item, index, place);
        }
        else if (type.SequenceEqual("additional_tools"u8))
        {
            ResponsesToolReader.Read(item.Tools, request, place);
        }
        else if (type.SequenceEqual("item_reference"u8))
        {
            throw place.Fault("", $"refers to the item '{item.Id}', which is not known (any more). Send the item itself.");
        }
        else
        {
            if (type.IsEmpty)
            {
                throw place.Fault(".type", "is missing.");
            }

            if (type.SequenceEqual("tool_search_output"u8))
            {
                ResponsesToolReader.Read(item.Tools, request, place);
            }

            var role = type.EndsWith("_output"u8) && !type.SequenceEqual("tool_search_output"u8) || type.EndsWith("approval_response"u8) ? MessageRole.User : MessageRole.Assistant;
            Open(role, index).Add(new OpaqueBlock(item.Type, item.Raw, Dialect.OpenAIResponses));
        }
    }

    private void AddMessage(in Item item, int index, FieldPath place)
    {
        var role = item.Role.Span;
        var path = place with { Format = "input[{0}].content" };
        if (role.SequenceEqual("assistant"u8))
        {
            ResponsesPartReader.Read(item.Content, Open(MessageRole.Assistant, index), item.Phase, path);
        }
        else if (role.SequenceEqual("user"u8))
        {
            _turn = null;
            ResponsesPartReader.Read(item.Content, Open(MessageRole.User, index), default, path);
            _turn = null;
        }
        else if (role.SequenceEqual("developer"u8) || role.SequenceEqual("system"u8))
        {
            if (!_begun)
            {
                ResponsesPartReader.Read(item.Content, request.System, default, path);
                return;
            }

            _turn = null;
            ResponsesPartReader.Read(item.Content, Open(MessageRole.System, index), default, path);
            _turn = null;
        }
        else
        {
            throw place.Fault(".role", "must be 'user', 'assistant', 'system' or 'developer'.");
        }
    }

    private void AddReasoning(in Item item, int index)
    {
        var hasParts = JoinTexts(item.Summary, out var text);
        if (!hasParts)
        {
            hasParts = JoinTexts(item.Content, out text);
        }

        EscapedText signature = default;
        if (!item.Encrypted.IsEmpty)
        {
            signature = Signature(item);
        }

        if (hasParts && (!text.IsEmpty || !signature.IsEmpty))
        {
            Open(MessageRole.Assistant, index).Add(new ThinkingBlock(text, signature));
        }
        else if (!signature.IsEmpty)
        {
            Open(MessageRole.Assistant, index).Add(new RedactedThinkingBlock(signature));
        }
    }

    /// <summary>Anthropic's own goes back to its bare form, other envelopes stay, and what is none belongs to a Responses provider.</summary>
    private static EscapedText Signature(in Item item)
    {
        if (ReasoningEnvelope.Open(item.Encrypted.Span) is { } envelope)
        {
            return envelope.Origin == Dialect.Anthropic ? EscapedText.From(envelope.Data) : item.Encrypted;
        }

        return new(new ReasoningEnvelope
        {
            Origin = Dialect.OpenAIResponses,
            ItemId = item.Id.IsEmpty ? null : item.Id.ToString(),
            Data = ResponsesOriginal.IsNeeded(item.Raw.Span, item.Summary.Span, item.Content.Span) ? System.Text.Encoding.UTF8.GetString(item.Raw.Span) : item.Encrypted.ToString(),
        }.Seal());
    }

    private void AddResult(in Item item, int index, FieldPath place)
    {
        var callId = item.CallId;
        if (callId.IsEmpty)
        {
            // The results of local_shell name the call by its item's id.
            callId = item.Id;
            foreach (var call in _shimCalls)
            {
                if (call.Id.Span.SequenceEqual(item.Id.Span))
                {
                    callId = call.CallId;
                }
            }
        }

        var content = new List<ContentBlock>();
        if (item.Output.IsPresent && item.Output.Span[0] == '"')
        {
            ResponsesPartReader.Read(item.Output, content, default, place);
        }
        else if (item.Output.IsPresent && item.Output.Span[0] == '[' && !item.Type.Span.StartsWith("shell"u8))
        {
            ResponsesPartReader.Read(item.Output, content, default, place with { Format = "input[{0}].output" });
        }
        else if (!item.Output.IsNullOrAbsent)
        {
            content.Add(new TextBlock(ResponsesText.Escape(item.Output.Span)));
        }

        var failed = item.Status.Span.SequenceEqual("failed"u8);
        Open(MessageRole.User, index).Add(new ToolResultBlock(Present(callId, place, ".call_id"), content, failed));
    }

    private List<ContentBlock> Open(MessageRole role, int index)
    {
        _begun = true;
        if (_turn is null || _role != role)
        {
            _turn = [];
            _role = role;
            request.Messages.Add(new(role, _turn, index));
        }

        return _turn;
    }

    /// <summary>Joins the texts of a list of parts; false when there is no part.</summary>
    private static bool JoinTexts(RawJson parts, out EscapedText text)
    {
        text = default;
        if (parts.IsNullOrAbsent)
        {
            return false;
        }

        var blocks = new List<ContentBlock>();
        ResponsesPartReader.Read(parts, blocks, default, "reasoning");
        if (blocks.Count == 0)
        {
            return false;
        }

        if (blocks is [TextBlock single])
        {
            text = single.Text;
            return true;
        }

        var joined = new List<byte>();
        foreach (var block in blocks)
        {
            if (block is TextBlock part)
            {
                if (joined.Count > 0)
                {
                    joined.AddRange("\\n\\n"u8);
                }

                joined.AddRange(part.Text.Span);
            }
        }

        text = new(joined.ToArray());
        return true;
    }

    private static RawJson ReadArguments(RawJson value) => value.IsPresent && value.Span[0] == '{' ? value : ResponsesText.Arguments(StringOf(value));

    private static EscapedText StringOf(RawJson value) => value.IsPresent && value.Span[0] == '"' ? new(value.Bytes[1..^1]) : new(value.IsNullOrAbsent ? default : ResponsesText.Escape(value.Span).Bytes);

    private static EscapedText CallId(in Item item, FieldPath place) => Present(item.CallId.IsEmpty ? item.Id : item.CallId, place, ".call_id");

    private static EscapedText CallName(in Item item, FieldPath place) => ResponsesNames.Flat(item.Namespace, Present(item.Name, place, ".name"));

    private static EscapedText Present(EscapedText value, FieldPath place, string below) => value.IsEmpty ? throw place.Fault(below, "is missing.") : value;

    private static RawJson Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        return reader.Raw(body);
    }

    private struct Item
    {
        public EscapedText Type;
        public EscapedText Role;
        public EscapedText Id;
        public EscapedText CallId;
        public EscapedText Name;
        public EscapedText Namespace;
        public EscapedText Encrypted;
        public EscapedText Phase;
        public EscapedText Status;
        public RawJson Content;
        public RawJson Summary;
        public RawJson Output;
        public RawJson Input;
        public RawJson Tools;
        public RawJson Raw;
    }
}
