using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Decodes a Gemini answer into a canonical message: server-sent events, the JSON array of a stream that was asked for without alt=sse, or one whole
/// object. Which of them it is the first byte tells.
/// </summary>
public sealed class GeminiStreamDecoder : IAnswerDecoder, ISseHandler
{
    private readonly SseDecoder _sse = new();
    private readonly GeminiMessageAssembler _message;
    private readonly IMessageSink _sink;
    private readonly string _provider;
    private JsonFrameSplitter? _frames;
    private bool _formKnown;

    /// <summary>Decodes for a sink; provider and model are sealed into what only they can read again.</summary>
    public GeminiStreamDecoder(IMessageSink sink, string provider, string model)
    {
        _sink = sink;
        _provider = provider;
        _message = new(sink, provider, model);
    }

    /// <summary>True after the sink got End or Error.</summary>
    public bool IsFinished => _message.IsFinished;

    /// <summary>Decodes the next piece of a stream.</summary>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        if (IsFinished)
        {
            return;
        }

        if (!_formKnown)
        {
            // A byte order mark may stand before either form; the decoder of events skips it by itself.
            var first = FirstByte(piece);
            if (first == 0)
            {
                return;
            }

            _formKnown = true;
            _frames = first is (byte)'[' or (byte)'{' ? new() : null;
        }

        if (_frames is { } frames)
        {
            frames.Feed(piece, this);
        }
        else
        {
            _sse.Feed(piece, this);
        }

        if (_sse.TooLarge || _frames is { TooLarge: true })
        {
            _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent an event that is too large."));
        }
    }

    /// <summary>The stream ended. Without a finish reason that is a cut, not an end.</summary>
    public void Complete()
    {
        if (_frames is null)
        {
            _sse.Complete(this);
        }

        _message.End(needsFinishReason: true);
    }

    /// <summary>Decodes a whole answer that is one JSON document, and ends the message.</summary>
    public void DecodeWhole(ReadOnlySpan<byte> json)
    {
        json = ValidUtf8.Of(json);
        OnFrame(json);
        _message.End(needsFinishReason: false);
    }

    /// <inheritdoc/>
    public void Dispose() => _sse.Dispose();

    void ISseHandler.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty && !data.SequenceEqual("[DONE]"u8))
        {
            OnFrame(data);
        }
    }

    private static byte FirstByte(ReadOnlySpan<byte> piece)
    {
        foreach (var b in piece)
        {
            if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0xEF or 0xBB or 0xBF))
            {
                return b;
            }
        }

        return 0;
    }

    private void OnFrame(ReadOnlySpan<byte> data)
    {
        if (IsFinished)
        {
            return;
        }

        var reader = new Utf8JsonReader(data, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 256 });
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (!IsFinished && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadFrame(ref reader, data);
                }
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadFrame(ref reader, data);
            }
            else
            {
                Malformed();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Malformed();
        }
    }

    private void Malformed() => _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent a piece that is no valid JSON.") { Code = "malformed_chunk" });

    private void ReadFrame(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        // The id comes after the words it belongs to, so the words wait until the whole object was seen.
        Utf8JsonReader candidates = default;
        var hasCandidates = false;
        ReadOnlySpan<byte> id = default;
        var usage = default(TokenCounts);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("candidates"u8))
            {
                reader.Read();
                candidates = reader;
                hasCandidates = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
            }
            else if (reader.Is("usageMetadata"u8))
            {
                reader.Read();
                usage = GeminiUsageReader.Read(ref reader);
            }
            else if (reader.Is("responseId"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.Is("promptFeedback"u8))
            {
                reader.Read();
                ReadFeedback(ref reader);
            }
            else if (reader.Is("error"u8))
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
                reader.Skip();
            }
        }

        _message.NoteId(id);
        var sawPart = false;
        if (hasCandidates)
        {
            _message.Start();
            while (candidates.Read() && candidates.TokenType == JsonTokenType.StartObject)
            {
                sawPart |= ReadCandidate(ref candidates);
            }
        }

        _message.Usage(usage);
        if (!sawPart && !IsFinished)
        {
            _sink.Alive();
        }
    }

    private void ReadFeedback(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReason = reader.Is("blockReason"u8);
            reader.Read();
            if (isReason && ((reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals("BLOCK_REASON_UNSPECIFIED"u8)) || reader.TokenType == JsonTokenType.Number))
            {
                _message.IsBlocked = true;
            }

            reader.Skip();
        }
    }

    private bool ReadCandidate(ref Utf8JsonReader reader)
    {
        Utf8JsonReader content = default;
        var hasContent = false;
        var index = 0L;
        var finish = GeminiFinish.None;
        ReadOnlySpan<byte> finishMessage = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("content"u8))
            {
                reader.Read();
                content = reader;
                hasContent = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.Is("index"u8))
            {
                reader.Read();
                _ = reader.TryLong(out index);
                reader.Skip();
            }
            else if (reader.Is("finishReason"u8))
            {
                reader.Read();
                finish = GeminiFinishReader.Read(ref reader);
            }
            else if (reader.Is("finishMessage"u8))
            {
                reader.Read();
                finishMessage = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (reader.Is("groundingMetadata"u8))
            {
                reader.Read();
                _message.Grounding.Read(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // A second candidate is another answer.
        if (index != 0)
        {
            return false;
        }

        var sawPart = hasContent && GeminiPartReader.ReadContent(ref content, _message);
        _message.Finish(finish, finishMessage);
        return sawPart;
    }
}
