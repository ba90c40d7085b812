using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols.Responses;

/// <summary>Takes everything and keeps nothing.</summary>
internal sealed class NullSink : IMessageSink
{
    public void Start(ReadOnlySpan<byte> providerId)
    {
    }

    public void BeginText()
    {
    }

    public void Text(ReadOnlySpan<byte> escaped)
    {
    }

    public void Citation(in Citation citation)
    {
    }

    public void BeginThinking()
    {
    }

    public void Thinking(ReadOnlySpan<byte> escaped)
    {
    }

    public void Signature(ReadOnlySpan<byte> escaped)
    {
    }

    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
    }

    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
    }

    public void ToolInput(ReadOnlySpan<byte> escaped)
    {
    }

    public void ServerTool(in ServerToolUse use)
    {
    }

    public void EndBlock()
    {
    }

    public void Usage(in TokenCounts counts)
    {
    }

    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
    }

    public void Error(ProviderError error)
    {
    }

    public void Alive()
    {
    }
}
