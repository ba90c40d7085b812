using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Decodes an Anthropic Messages answer, streamed or whole, fed in any pieces, into a canonical message. What an event is, its data says: event lines may be missing.
/// Unknown events and blocks are passed over; without message_stop the stream was cut.
/// </summary>
public sealed class AnthropicStreamDecoder : IAnswerDecoder, ISseHandler
{
    private readonly SseDecoder _sse = new();
    private readonly AnthropicUsageReader _usage = new();
    private readonly AnthropicMessageAssembler _message;
    private readonly IMessageSink _sink;
    private readonly string _provider;
    private RecurringEvent _recurring;
    private DeltaKind _recurringKind;
    private long _recurringIndex;
    private bool _sawMessageStart;

    /// <summary>Decodes for a sink; provider and model name where foreign signatures belong, and the provider stands in error texts.</summary>
    public AnthropicStreamDecoder(IMessageSink sink, string provider, string model)
    {
        _sink = sink;
        _provider = provider;
        _message = new(sink, provider, model);
    }

    private enum DeltaKind
    {
        Text,
        Thinking,
        Input,
    }

    /// <inheritdoc/>
    public bool IsFinished => _message.IsFinished;

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        _sse.Feed(piece, this);
        if (_sse.TooLarge)
        {
            _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent an event that is too large."));
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _sse.Complete(this);
        _message.Fail(ProviderError.Cut(_provider));
    }

    /// <inheritdoc/>
    public void DecodeWhole(ReadOnlySpan<byte> json)
    {
        json = ValidUtf8.Of(json);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadWhole(ref reader, json);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Malformed();
        }

        _message.Fail(new(ErrorKind.Malformed, 0, $"The answer of {_provider} is no message."));
    }

    /// <inheritdoc/>
    public void Dispose() => _sse.Dispose();

    void ISseHandler.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        data = data.TrimEnd((byte)' ');
        if (_message.IsFinished || data.IsEmpty || data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        if (_recurring.TryMatch(data, out var piece))
        {
            Hand(_recurringKind, _recurringIndex, piece);
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(data);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadEvent(ref reader, name, data);
                return;
            }

            Malformed();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Malformed();
        }
    }

    private void Malformed() => _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent a piece that is no valid JSON.") { Code = "malformed_chunk" });

    private void ReadEvent(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> type = name;
        var index = 0L;
        var delta = default(AnthropicDelta);
        Utf8JsonReader body = default;
        var hasUsage = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : type;
            }
            else if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                _ = reader.TryLong(out index);
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                delta.Read(ref reader);
                continue;
            }
            else if (reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("content_block"u8))
            {
                reader.Read();
                body = reader;
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                hasUsage |= reader.TokenType == JsonTokenType.StartObject;
                _usage.Read(ref reader);
                continue;
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
            else
            {
                reader.Read();
            }

            reader.Skip();
        }

        if (type.SequenceEqual("content_block_delta"u8))
        {
            if (DeltaKindOf(delta.Type) is not { } kind)
            {
                OnDelta(index, delta);
                return;
            }

            if (!hasUsage && data.Overlaps(type) && _recurring.Learn(data, delta.Text))
            {
                (_recurringKind, _recurringIndex) = (kind, index);
            }

            Hand(kind, index, delta.Text);
        }
        else if (type.SequenceEqual("content_block_start"u8))
        {
            if (body.TokenType == JsonTokenType.StartObject)
            {
                ReadBlock(ref body, data, index);
            }
        }
        else if (type.SequenceEqual("content_block_stop"u8))
        {
            _message.EndBlock();
        }
        else if (type.SequenceEqual("message_delta"u8))
        {
            _message.Stop(delta.StopReason, delta.StopSequence);
            if (hasUsage)
            {
                _message.Usage(_usage.Counts);
            }
        }
        else if (type.SequenceEqual("message_start"u8))
        {
            OnMessageStart(ref body);
        }
        else if (type.SequenceEqual("message_stop"u8))
        {
            _message.End();
        }
        else if (type.SequenceEqual("error"u8))
        {
            _message.Fail(ProviderErrorReader.ReadEmbedded(data, _provider));
        }
        else
        {
            // ping, and whatever later versions add.
            _sink.Alive();
        }
    }

    private void OnMessageStart(ref Utf8JsonReader body)
    {
        if (_sawMessageStart)
        {
            // A gateway spliced a second answer into the first; joining them would spoil both.
            _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} began a second message inside the first.") { Code = "second_message" });
            return;
        }

        _sawMessageStart = true;
        ReadOnlySpan<byte> id = default;
        if (body.TokenType == JsonTokenType.StartObject)
        {
            while (body.Read() && body.TokenType == JsonTokenType.PropertyName)
            {
                if (body.ValueTextEquals("id"u8))
                {
                    body.Read();
                    id = body.TokenType == JsonTokenType.String ? body.ValueSpan : default;
                    body.Skip();
                }
                else if (body.ValueTextEquals("usage"u8))
                {
                    body.Read();
                    _usage.Read(ref body);
                }
                else
                {
                    body.Read();
                    body.Skip();
                }
            }
        }

        _message.Start(id);
        _message.Usage(_usage.Counts);
    }

    private static DeltaKind? DeltaKindOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("text_delta"u8) ? DeltaKind.Text
        : type.SequenceEqual("input_json_delta"u8) ? DeltaKind.Input
        : type.SequenceEqual("thinking_delta"u8) ? DeltaKind.Thinking
        : null;

    private void Hand(DeltaKind kind, long index, ReadOnlySpan<byte> piece)
    {
        switch (kind)
        {
            case DeltaKind.Text:
                _message.Text(index, piece);
                break;
            case DeltaKind.Input:
                _message.Input(index, piece);
                break;
            default:
                _message.Thinking(index, piece);
                break;
        }
    }

    private void OnDelta(long index, in AnthropicDelta delta)
    {
        if (delta.Type.SequenceEqual("signature_delta"u8))
        {
            _message.Signature(index, delta.Text);
        }
        else if (delta.Type.SequenceEqual("citations_delta"u8) && !delta.Url.IsEmpty)
        {
            _message.Citation(index, new() { Url = delta.Url, Title = delta.Title, CitedText = delta.CitedText });
        }
    }

    private void ReadWhole(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> id = default, stop = default, sequence = default;
        Utf8JsonReader content = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    _message.Fail(ProviderErrorReader.ReadEmbedded(json, _provider));
                    return;
                }
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                content = reader;
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = Text(ref reader);
            }
            else if (reader.ValueTextEquals("stop_reason"u8))
            {
                reader.Read();
                stop = Text(ref reader);
            }
            else if (reader.ValueTextEquals("stop_sequence"u8))
            {
                reader.Read();
                sequence = Text(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                _usage.Read(ref reader);
                continue;
            }
            else
            {
                reader.Read();
            }

            reader.Skip();
        }

        if (content.TokenType != JsonTokenType.StartArray)
        {
            return;
        }

        _message.Start(id);
        for (var i = 0; content.Read() && content.TokenType == JsonTokenType.StartObject && !_message.IsFinished; i++)
        {
            ReadBlock(ref content, json, i);
            _message.EndBlock();
        }

        if (!_message.IsFinished)
        {
            _message.Usage(_usage.Counts);
            _message.Stop(stop, sequence);
            _message.End();
        }
    }

    /// <summary>Reads a block, whole or as a stream announces it.</summary>
    private void ReadBlock(ref Utf8JsonReader reader, ReadOnlySpan<byte> document, long index)
    {
        ReadOnlySpan<byte> type = default, text = default, id = default, name = default, signature = default, data = default, input = default;
        Utf8JsonReader content = default, citations = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = Text(ref reader);
            }
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("thinking"u8))
            {
                reader.Read();
                text = Text(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("tool_use_id"u8))
            {
                reader.Read();
                id = Text(ref reader);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("signature"u8))
            {
                reader.Read();
                signature = Text(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = Text(ref reader);
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                input = document[start..(int)reader.BytesConsumed];
                continue;
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                content = reader;
            }
            else if (reader.ValueTextEquals("citations"u8))
            {
                reader.Read();
                citations = reader;
            }
            else
            {
                reader.Read();
            }

            reader.Skip();
        }

        if (type.SequenceEqual("text"u8))
        {
            _message.BeginText(index);
            _message.Text(index, text);
            ReadCitations(ref citations, index);
        }
        else if (type.SequenceEqual("thinking"u8))
        {
            _message.BeginThinking(index);
            _message.Thinking(index, text);
            _message.Signature(index, signature);
        }
        else if (type.SequenceEqual("tool_use"u8))
        {
            _message.BeginTool(index, id, name, input);
        }
        else if (type.SequenceEqual("redacted_thinking"u8))
        {
            _message.Redacted(index, data);
        }
        else if (type.SequenceEqual("server_tool_use"u8))
        {
            _message.BeginServerTool(index, id, name, input);
        }
        else
        {
            _message.BeginIgnored(index);
            if (type.EndsWith("_tool_result"u8) && _message.FindServerCall(id) is { } call)
            {
                if (type.SequenceEqual("web_search_tool_result"u8))
                {
                    call.ReadSources(ref content);
                }

                _message.SendServerTool(call);
            }
        }
    }

    private void ReadCitations(ref Utf8JsonReader reader, long index)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var delta = default(AnthropicDelta);
            delta.ReadCitation(ref reader);
            if (!delta.Url.IsEmpty)
            {
                _message.Citation(index, new() { Url = delta.Url, Title = delta.Title, CitedText = delta.CitedText });
            }
        }
    }

    private static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
}
