using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols;

/// <summary>Writes down every call of a decoder, a line each.</summary>
internal sealed class LogSink : IMessageSink
{
    public StringBuilder Log { get; } = new();

    public void Start(ReadOnlySpan<byte> providerId) => Add("start", providerId);

    public void BeginText() => Add("begin text");

    public void Text(ReadOnlySpan<byte> escaped) => Add("text", escaped);

    public void Citation(in Citation citation) => Add("citation", citation.Url);

    public void BeginThinking() => Add("begin thinking");

    public void Thinking(ReadOnlySpan<byte> escaped) => Add("thinking", escaped);

    public void Signature(ReadOnlySpan<byte> escaped) => Add("signature", escaped);

    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => Add("redacted", escapedData);

    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => Add("begin tool", escapedName);

    public void ToolInput(ReadOnlySpan<byte> escaped) => Add("input", escaped);

    public void ServerTool(in ServerToolUse use) => Add("server tool", use.EscapedQuery);

    public void EndBlock() => Add("end block");

    public void Usage(in TokenCounts counts) => Add(counts.ToString());

    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => Add("end " + reason, escapedStopSequence);

    public void Error(ProviderError error) => Add($"error {error.Kind} {error.Code} {error.Message}");

    public void Alive() => Add("alive");

    private void Add(string what, ReadOnlySpan<byte> bytes = default) => Log.Append(what).Append(' ').Append(Encoding.UTF8.GetString(bytes)).Append('\n');
}
