using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Decodes a Chat Completions answer, streamed or whole, fed in any pieces, into a canonical message. Tolerant of what real providers send: empty choices, null
/// anywhere, usage on any chunk, errors inside a 200, no [DONE], content in the last chunk.
/// </summary>
public sealed class ChatStreamDecoder : IAnswerDecoder, ISseHandler
{
    private readonly SseDecoder _sse = new();
    private readonly ChatMessageAssembler _message;
    private readonly IMessageSink _sink;
    private readonly string _provider;
    private readonly string _model;
    private RecurringEvent _recurring;
    private bool _recursInReasoning;
    private Says _says;
    private bool _done;
    private bool _isWhole;

    /// <summary>Decodes for a sink; the names of provider and model go into error texts and into the envelopes of reasoning.</summary>
    public ChatStreamDecoder(IMessageSink sink, string provider, string model = "")
    {
        _sink = sink;
        _provider = provider;
        _model = model;
        _message = new(sink);
    }

    /// <summary>What the chunk being read said so far.</summary>
    private enum Says
    {
        Nothing,
        Text,
        Reasoning,
        More,
    }

    /// <summary>True after the sink got End or Error.</summary>
    public bool IsFinished => _message.IsFinished;

    /// <summary>Decodes the next piece of a stream.</summary>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        _sse.Feed(piece, this);
        if (_sse.TooLarge)
        {
            _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent an event that is too large."));
        }
    }

    /// <summary>The stream ended. Without a finish reason and without [DONE] that is a cut, not an end.</summary>
    public void Complete()
    {
        _sse.Complete(this);
        if (_message.HasFinishReason)
        {
            _message.End();
        }
        else
        {
            _message.Fail(ProviderError.Cut(_provider));
        }
    }

    /// <summary>Decodes a whole answer that is one JSON document, and ends the message.</summary>
    public void DecodeWhole(ReadOnlySpan<byte> json)
    {
        json = ValidUtf8.Of(json);
        _isWhole = true;
        OnChunk(json);
        if (_message.IsFinished)
        {
            return;
        }

        if (_message.HasFinishReason || !_message.IsEmpty)
        {
            _message.End();
        }
        else
        {
            _message.Fail(new(ErrorKind.Malformed, 0, $"The answer of {_provider} holds no message."));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sse.Dispose();

    void ISseHandler.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (_done || _message.IsFinished)
        {
            return;
        }

        if (data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8))
        {
            _done = true;
            if (_message.HasFinishReason || _message.IsPlausiblyWhole)
            {
                _message.End();
            }
            else
            {
                // P27: a marker of the end is not the end of an answer that has none.
                _message.Fail(ProviderError.Cut(_provider));
            }

            return;
        }

        if (data.IsEmpty)
        {
            return;
        }

        if (!_recurring.TryMatch(data, out var words))
        {
            OnChunk(data);
        }
        else if (_recursInReasoning)
        {
            _message.Reasoning(words);
        }
        else
        {
            _message.Text(words);
        }
    }

    private void OnChunk(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                Malformed();
                return;
            }

            ReadChunk(ref reader, data);
        }
        catch (JsonException)
        {
            Malformed();
        }
        catch (InvalidOperationException)
        {
            // A value of a type that nothing here expects.
            Malformed();
        }
    }

    private static bool SaysFailure(ref Utf8JsonReader reader)
    {
        var fails = false;
        while (reader.TokenType == JsonTokenType.StartObject || reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var isCode = reader.ValueTextEquals("status_code"u8);
                reader.Read();
                fails |= isCode && reader.TokenType == JsonTokenType.Number && !reader.ValueSpan.SequenceEqual("0"u8);
                reader.Skip();
            }

            reader.Read();
        }

        return fails;
    }

    private void Malformed() => _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent a piece that is no valid JSON.") { Code = "malformed_chunk" });

    private void ReadChunk(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> id = default, words = default;
        var sawChoices = false;
        _says = Says.Nothing;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                sawChoices = true;
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    _message.Start(id);
                    while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                    {
                        ReadChoice(ref reader, data, ref words);
                    }
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                ReadUsage(ref reader);
            }
            else if (reader.ValueTextEquals("x_groq"u8))
            {
                reader.Read();
                ReadNestedUsage(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    _message.Fail(ProviderErrorReader.ReadEmbedded(data, _provider));
                    return;
                }
            }
            else if (reader.ValueTextEquals("base_resp"u8))
            {
                // MiniMax reports its failures in an answer with status 200; every answer has the object, with 0 for success.
                reader.Read();
                if (SaysFailure(ref reader))
                {
                    _message.Fail(ProviderErrorReader.ReadEmbedded(data, _provider));
                    return;
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!sawChoices && !_message.IsFinished)
        {
            _sink.Alive();
        }

        if (_says is Says.Text or Says.Reasoning && !_isWhole && _recurring.Learn(data, words))
        {
            _recursInReasoning = _says == Says.Reasoning;
        }
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        var counts = ChatUsageReader.Read(ref reader);
        _says = counts.IsZero ? _says : Says.More;
        _message.Usage(counts);
    }

    private void ReadNestedUsage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            reader.Read();
            if (isUsage)
            {
                ReadUsage(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ref ReadOnlySpan<byte> words)
    {
        ReadOnlySpan<byte> finish = default;
        Utf8JsonReader delta = default, message = default;
        bool hasDelta = false, hasMessage = false;
        var index = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                delta = reader;
                hasDelta = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                message = reader;
                hasMessage = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                _ = reader.TryLong(out index);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                finish = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                // Older Moonshot servers put it here.
                reader.Read();
                ReadUsage(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Perplexity sends both: on a stream the message repeats what the deltas say, in a whole answer the delta is empty.
        if (hasDelta && !(_isWhole && hasMessage))
        {
            ReadDelta(ref delta, data, index == 0, ref words);
        }
        else if (hasMessage)
        {
            ReadDelta(ref message, data, index == 0, ref words);
        }

        // After the payload: the last words may ride on the same chunk.
        _says = finish.IsEmpty ? _says : Says.More;
        _message.Finish(finish);
    }

    private void ReadDelta(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, bool isFirst, ref ReadOnlySpan<byte> said)
    {
        // The properties come in any order, the blocks must not: reasoning, then text, then calls.
        ReadOnlySpan<byte> content = default, refusal = default, reasoningContent = default, reasoning = default;
        Utf8JsonReader calls = default, details = default, contentParts = default, functionCall = default, annotations = default;
        bool hasCalls = false, hasDetails = false, hasParts = false, hasFunctionCall = false, hasAnnotations = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    content = reader.ValueSpan;
                }
                else if (reader.TokenType == JsonTokenType.StartArray)
                {
                    contentParts = reader;
                    hasParts = true;
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("reasoning_content"u8))
            {
                reader.Read();
                reasoningContent = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("reasoning"u8))
            {
                reader.Read();
                reasoning = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("reasoning_details"u8))
            {
                reader.Read();
                details = reader;
                hasDetails = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("annotations"u8))
            {
                reader.Read();
                annotations = reader;
                hasAnnotations = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                reader.Read();
                refusal = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                calls = reader;
                hasCalls = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("function_call"u8))
            {
                reader.Read();
                functionCall = reader;
                hasFunctionCall = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        var isPlain = isFirst && _says == Says.Nothing && refusal.IsEmpty && !hasCalls && !hasDetails && !hasParts && !hasFunctionCall && !hasAnnotations;
        // One source per delta: OpenRouter sends the same words twice.
        var thoughts = reasoningContent.IsEmpty ? reasoning : reasoningContent;
        said = thoughts.IsEmpty ? content : thoughts;
        _says = !isPlain || (!thoughts.IsEmpty && !content.IsEmpty) ? Says.More : !thoughts.IsEmpty ? Says.Reasoning : !content.IsEmpty ? Says.Text : Says.Nothing;

        // Words of a second candidate are another answer; calls are not: Copilot puts them into a choice of their own.
        if (isFirst)
        {
            // In a whole answer the details alone tell which words a signature signs.
            if (hasDetails && _isWhole && ChatDetailReader.HasSignedText(details))
            {
                thoughts = default;
            }

            _message.Reasoning(thoughts);
            if (hasDetails)
            {
                ChatDetailReader.Read(ref details, data, _message, thoughts.IsEmpty, _provider, _model);
            }

            if (hasParts)
            {
                ReadContentParts(ref contentParts);
            }

            _message.Text(content);
            _message.Refusal(refusal);
            if (hasAnnotations)
            {
                ChatAnnotationReader.Read(ref annotations, _message);
            }
        }

        if (hasCalls)
        {
            while (calls.Read() && calls.TokenType == JsonTokenType.StartObject)
            {
                ReadToolCall(ref calls, data);
            }
        }

        if (hasFunctionCall && !hasCalls && HasName(functionCall))
        {
            ReadFunction(ref functionCall, _message.Call(0, default));
        }
    }

    /// <summary>Some gateways send a legacy call with every field empty where there is none; a piece of arguments belongs to a call that has begun.</summary>
    private bool HasName(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
            {
                return true;
            }

            reader.Skip();
        }

        return _message.HasCalls;
    }

    private void ReadThinkingParts(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    _message.Reasoning(reader.ValueSpan);
                }

                reader.Skip();
            }
        }
    }

    private void ReadContentParts(ref Utf8JsonReader reader)
    {
        // Mistral: content is a list of text parts and of thinking parts, which hold a list of text parts again.
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                var isThinking = reader.ValueTextEquals("thinking"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    _message.Text(reader.ValueSpan);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadThinkingParts(ref reader);
                    continue;
                }

                reader.Skip();
            }
        }
    }

    private void ReadToolCall(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        long? index = null;
        ReadOnlySpan<byte> id = default;
        ReadOnlySpan<byte> extra = default;
        Utf8JsonReader function = default;
        var hasFunction = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                index = reader.TryLong(out var number) ? number : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType is JsonTokenType.String or JsonTokenType.Number ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("custom"u8))
            {
                reader.Read();
                function = reader;
                hasFunction = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("extra_content"u8))
            {
                // Gemini's shim: the signature of the thought that led to the call, wanted back with it.
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                extra = data[start..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        var call = _message.Call(index, id);
        call.SetId(id);
        if (extra.IndexOf("\"thought_signature\""u8) >= 0)
        {
            call.Thought = ChatEnvelopes.OfExtraContent(extra, _provider, _model);
        }

        if (hasFunction)
        {
            ReadFunction(ref function, call);
        }
    }

    private void ReadFunction(ref Utf8JsonReader reader, ChatToolCall call)
    {
        ReadOnlySpan<byte> arguments = default;
        byte[]? escaped = null;
        var isCustom = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    call.SetName(reader.ValueSpan);
                }

                reader.Skip();
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    arguments = reader.ValueSpan;
                }
                else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    // An object where a string is due; its text is what was meant.
                    using var document = JsonDocument.ParseValue(ref reader);
                    escaped = EscapedText.From(document.RootElement.GetRawText()).Span.ToArray();
                }
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                reader.Read();
                isCustom = reader.TokenType == JsonTokenType.String;
                arguments = isCustom ? reader.ValueSpan : default;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (isCustom)
        {
            _message.CustomInput(call, arguments);
            return;
        }

        _message.Arguments(call, escaped ?? arguments);
    }
}
