using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Watches an Anthropic answer that is passed through byte for byte: whether content came, what it cost, why it stopped, whether it ended as the
/// protocol demands. Deltas, which are nearly everything, are told by their event name and not parsed.
/// </summary>
public sealed class AnthropicStreamTap(string provider) : ISseHandler, IDisposable
{
    private readonly SseDecoder _sse = new();
    private readonly AnthropicUsageReader _usage = new();

    /// <summary>True once the first content or the end of the message came; before that, nothing is lost by trying elsewhere.</summary>
    public bool HasContent { get; private set; }

    /// <summary>True once message_stop came.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The error event, if one came.</summary>
    public ProviderError? Error { get; private set; }

    /// <summary>The stop reason as spelt; null while unknown.</summary>
    public string? StopReason { get; private set; }

    /// <summary>How many calls of the client's tools it holds so far.</summary>
    public int ToolCalls { get; private set; }

    /// <summary>The newest token counts.</summary>
    public TokenCounts Usage => _usage.Counts;

    /// <summary>Watches the next piece of a stream.</summary>
    public void Feed(ReadOnlySpan<byte> piece) => _sse.Feed(piece, this);

    /// <summary>The stream ended.</summary>
    public void Complete()
    {
        _sse.Complete(this);
        if (!IsComplete && Error is null)
        {
            Error = ProviderError.Cut(provider);
        }
    }

    /// <summary>Watches a whole answer that is one JSON document.</summary>
    public void ReadWhole(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var sawMessage = false;
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    sawMessage |= reader.ValueTextEquals("content"u8);
                    ReadProperty(ref reader, json);
                }
            }

            IsComplete = Error is null && sawMessage;
            HasContent = IsComplete;
        }
        catch (JsonException)
        {
            IsComplete = false;
        }

        if (!IsComplete)
        {
            Error ??= new(ErrorKind.Malformed, 0, $"The answer of {provider} is no message.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sse.Dispose();

    void ISseHandler.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (IsComplete || Error is not null)
        {
            return;
        }

        if (name.IsEmpty)
        {
            name = TypeOf(data);
        }

        if (name.SequenceEqual("content_block_delta"u8))
        {
            HasContent = true;
        }
        else if (name.SequenceEqual("content_block_start"u8))
        {
            CountBlock(data);
        }
        else if (name.SequenceEqual("message_stop"u8))
        {
            HasContent = true;
            IsComplete = true;
        }
        else if (name.SequenceEqual("message_start"u8) || name.SequenceEqual("message_delta"u8) || name.SequenceEqual("error"u8))
        {
            ReadEvent(data);
        }
    }

    private static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                if (isType && reader.TokenType == JsonTokenType.String)
                {
                    return reader.ValueSpan;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // No event of this protocol.
        }

        return default;
    }

    /// <summary>The start of a block, once a block: {"type":"content_block_start","content_block":{"type":"tool_use",…}}.</summary>
    private void CountBlock(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isBlock = reader.ValueTextEquals("content_block"u8);
                reader.Read();
                if (isBlock && reader.TokenType == JsonTokenType.StartObject)
                {
                    CountCall(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            // The client sees it too; whether the stream is whole is told by its other events.
        }
    }

    private void CountCall(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            ToolCalls += isType && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("tool_use"u8) ? 1 : 0;
            reader.Skip();
        }
    }

    private void ReadEvent(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("delta"u8))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.StartObject)
                    {
                        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                        {
                            ReadProperty(ref reader, data);
                        }
                    }
                }
                else
                {
                    ReadProperty(ref reader, data);
                }
            }
        }
        catch (JsonException)
        {
            Error = new(ErrorKind.Malformed, 0, $"{provider} sent a piece that is no valid JSON.") { Code = "malformed_chunk" };
        }
    }

    private void ReadProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> document)
    {
        if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            _usage.Read(ref reader);
        }
        else if (reader.ValueTextEquals("stop_reason"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                StopReason = reader.GetString();
            }
        }
        else if (reader.ValueTextEquals("content"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                return;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    CountCall(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                Error = ProviderErrorReader.ReadEmbedded(document, provider);
            }

            reader.Skip();
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }
}
