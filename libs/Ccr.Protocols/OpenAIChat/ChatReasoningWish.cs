using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// What a Chat request says of reasoning, in any of the spellings that clients use: reasoning_effort (OpenAI), reasoning (OpenRouter), thinking (DeepSeek,
/// GLM, Kimi), enable_thinking and thinking_budget (Qwen). Gathered first, because a client may send several.
/// </summary>
internal struct ChatReasoningWish
{
    private EscapedText _effort;
    private long? _budget;
    private bool? _enabled;

    /// <summary>Reads the property under the reader if it is one of these.</summary>
    public bool TryRead(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.ValueTextEquals("reasoning_effort"u8))
        {
            _effort = ChatReading.Text(ref reader, body, "reasoning_effort");
        }
        else if (reader.ValueTextEquals("reasoning"u8))
        {
            ReadObject(ref reader, body, "reasoning");
        }
        else if (reader.ValueTextEquals("thinking"u8))
        {
            ReadObject(ref reader, body, "thinking");
        }
        else if (reader.ValueTextEquals("enable_thinking"u8))
        {
            _enabled = ChatReading.Flag(ref reader, "enable_thinking") ?? _enabled;
        }
        else if (reader.ValueTextEquals("thinking_budget"u8))
        {
            _budget = ChatReading.Long(ref reader, "thinking_budget") ?? _budget;
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Puts the wish into the request: off outranks all, a budget outranks a word.</summary>
    public readonly void Apply(CanonicalRequest request)
    {
        if (_enabled == false || _budget <= 0 || _effort.Span.SequenceEqual("none"u8))
        {
            request.Thinking = ThinkingMode.Disabled;
            return;
        }

        request.Effort = _effort;
        request.ThinkingBudget = _budget;
        request.Thinking = _budget is not null ? ThinkingMode.Enabled
            : !_effort.IsEmpty || _enabled == true ? ThinkingMode.Adaptive
            : ThinkingMode.Unset;
    }

    private void ReadObject(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, string name)
    {
        if (!ChatReading.Value(ref reader))
        {
            return;
        }

        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            _enabled = reader.TokenType == JsonTokenType.True;
            return;
        }

        var path = new FieldPath(name);
        ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, "", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("effort"u8))
            {
                _effort = ChatReading.Text(ref reader, body, path, ".effort");
            }
            else if (reader.ValueTextEquals("max_tokens"u8) || reader.ValueTextEquals("budget_tokens"u8))
            {
                var isBudget = reader.ValueTextEquals("budget_tokens"u8);
                if (ChatReading.Value(ref reader))
                {
                    ChatReading.Expect(reader.TryLong(out var budget), path, isBudget ? ".budget_tokens" : ".max_tokens", "must be a whole number.");
                    _budget = budget;
                }
            }
            else if (reader.ValueTextEquals("enabled"u8))
            {
                if (ChatReading.Value(ref reader))
                {
                    ChatReading.Expect(reader.TokenType is JsonTokenType.True or JsonTokenType.False, path, ".enabled", "must be true or false.");
                    _enabled = reader.TokenType == JsonTokenType.True;
                }
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                var type = ChatReading.Text(ref reader, body, path, ".type");
                _enabled = type.IsEmpty ? _enabled : !type.Span.SequenceEqual("disabled"u8);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }
    }
}
