using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Tests.Protocols;

/// <summary>Collects a canonical message and fails when a decoder breaks its grammar.</summary>
internal sealed class MessageReducer : IMessageSink
{
    private readonly StringBuilder _open = new();
    private string _block = "";
    private bool _started;

    public string Text { get; private set; } = "";

    public string Reasoning { get; private set; } = "";

    public List<(string Id, string Name, string Arguments)> Calls { get; } = [];

    /// <summary>The order of blocks, such as "thinking text tool".</summary>
    public List<string> Blocks { get; } = [];

    public TokenCounts Counts { get; private set; }

    public StopReason? Stop { get; private set; }

    public ProviderError? Failure { get; private set; }

    public bool IsFinished => Stop is not null || Failure is not null;

    public void Start(ReadOnlySpan<byte> providerId)
    {
        Check(!_started, "Start came twice");
        _started = true;
    }

    public void BeginText() => Begin("text");

    void IMessageSink.Text(ReadOnlySpan<byte> escaped) => Piece("text", escaped);

    public void BeginThinking() => Begin("thinking");

    public void Thinking(ReadOnlySpan<byte> escaped) => Piece("thinking", escaped);

    /// <summary>The signatures of thinking blocks and the data of redacted ones, in order.</summary>
    public List<string> Signatures { get; } = [];

    public List<(string Url, string Title)> Citations { get; } = [];

    public List<(ServerToolKind Kind, string Query)> ServerTools { get; } = [];

    public void Signature(ReadOnlySpan<byte> escaped)
    {
        Check(_block == "thinking", "a signature outside a thinking block");
        Signatures.Add(Encoding.UTF8.GetString(escaped));
    }

    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        Begin("redacted");
        Signatures.Add(Encoding.UTF8.GetString(escapedData));
        _block = "";
    }

    public void Citation(in Citation citation)
    {
        Check(_block == "text", "a citation outside a text block");
        Citations.Add((EscapedText.Unescape(citation.Url), EscapedText.Unescape(citation.Title)));
    }

    public void ServerTool(in ServerToolUse use)
    {
        Begin("server");
        ServerTools.Add((use.Kind, EscapedText.Unescape(use.EscapedQuery)));
        _block = "";
    }

    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        Check(ToolIds.IsPortable(id), "an id that is not legal everywhere");
        Begin("tool");
        Calls.Add((Encoding.UTF8.GetString(id), EscapedText.Unescape(escapedName), ""));
    }

    public void ToolInput(ReadOnlySpan<byte> escaped) => Piece("tool", escaped);

    public void EndBlock()
    {
        Check(_block.Length > 0, "EndBlock without a block");
        var text = EscapedText.Unescape(Encoding.UTF8.GetBytes(_open.ToString()));
        switch (_block)
        {
            case "text":
                Text += text;
                break;
            case "thinking":
                Reasoning += text;
                break;
            default:
                Calls[^1] = Calls[^1] with { Arguments = text };
                break;
        }

        _open.Clear();
        _block = "";
    }

    public void Usage(in TokenCounts counts) => Counts = counts;

    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        Check(_started && _block.Length == 0, "End without Start or inside a block");
        Stop = reason;
    }

    public void Error(ProviderError error)
    {
        Check(!IsFinished, "Error after the end");
        Failure = error;
    }

    public void Alive() => Check(!IsFinished, "a sign of life after the end");

    private void Begin(string block)
    {
        Check(_started, "a block before Start");
        Check(_block.Length == 0, "a block inside a block");
        _block = block;
        Blocks.Add(block);
    }

    private void Piece(string block, ReadOnlySpan<byte> escaped)
    {
        Check(_block == block, $"a piece of {block} inside '{_block}'");
        Check(!escaped.IsEmpty, "an empty piece");
        _open.Append(Encoding.UTF8.GetString(escaped));
    }

    private void Check(bool condition, string fault) => Assert.True(condition && (!IsFinished || fault == "Error after the end"), fault);
}
