using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>A reducer that also notes which stop sequence ended the message.</summary>
internal sealed class StopReducer : IMessageSink
{
    public MessageReducer Inner { get; } = new();

    public string Stop { get; private set; } = "";

    public string Text => Inner.Text;

    public void Start(ReadOnlySpan<byte> providerId) => Inner.Start(providerId);

    public void BeginText() => Inner.BeginText();

    void IMessageSink.Text(ReadOnlySpan<byte> escaped) => ((IMessageSink)Inner).Text(escaped);

    public void Citation(in Citation citation) => Inner.Citation(citation);

    public void BeginThinking() => Inner.BeginThinking();

    public void Thinking(ReadOnlySpan<byte> escaped) => Inner.Thinking(escaped);

    public void Signature(ReadOnlySpan<byte> escaped) => Inner.Signature(escaped);

    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => Inner.RedactedThinking(escapedData);

    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => Inner.BeginToolUse(id, escapedName);

    public void ToolInput(ReadOnlySpan<byte> escaped) => Inner.ToolInput(escaped);

    public void ServerTool(in ServerToolUse use) => Inner.ServerTool(use);

    public void EndBlock() => Inner.EndBlock();

    public void Usage(in TokenCounts counts) => Inner.Usage(counts);

    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        Stop = Ccr.Protocols.Json.EscapedText.Unescape(escapedStopSequence);
        Inner.End(reason, escapedStopSequence);
    }

    public void Error(ProviderError error) => Inner.Error(error);

    public void Alive() => Inner.Alive();
}
