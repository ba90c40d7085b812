using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>
/// The one message that a client sees of a call, however many attempts write it. Keeps a journal of what the client has got, and gives a tool call out only when it is
/// complete: an agent never acts on half a call, and one that was cut can be asked for again unseen.
/// </summary>
internal sealed class ClientMessage(IMessageSink encoder, Journal journal) : IMessageSink
{
    /// <summary>What the client has got.</summary>
    public Journal Journal { get; } = journal;

    /// <summary>Who writes it.</summary>
    public IMessageSink Encoder { get; } = encoder;

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
        Journal.Start(providerId);
        Encoder.Start(providerId);
    }

    /// <inheritdoc/>
    public void BeginText()
    {
        Journal.BeginText();
        Encoder.BeginText();
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        Journal.Text(escaped);
        Encoder.Text(escaped);
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation) => Encoder.Citation(citation);

    /// <inheritdoc/>
    public void BeginThinking()
    {
        Journal.BeginThinking();
        Encoder.BeginThinking();
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        Journal.Thinking(escaped);
        Encoder.Thinking(escaped);
    }

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped) => Encoder.Signature(escaped);

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        Journal.RedactedThinking(escapedData);
        Encoder.RedactedThinking(escapedData);
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => Journal.BeginToolUse(id, escapedName);

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => Journal.ToolInput(escaped);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        Journal.ServerTool(use);
        Encoder.ServerTool(use);
    }

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (Journal.IsInCall)
        {
            Encoder.BeginToolUse(Journal.OpenId, Journal.OpenName);
            if (!Journal.OpenInput.IsEmpty)
            {
                Encoder.ToolInput(Journal.OpenInput);
            }
        }

        Journal.EndBlock();
        Encoder.EndBlock();
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts)
    {
        Journal.Usage(counts);
        Encoder.Usage(counts);
    }

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        Journal.End(reason, escapedStopSequence);
        Encoder.End(reason, escapedStopSequence);
    }

    /// <inheritdoc/>
    public void Error(ProviderError error) => Encoder.Error(error);

    /// <inheritdoc/>
    public void Alive() => Encoder.Alive();
}
