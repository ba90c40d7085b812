using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Transformers;

/// <summary>Turns a call of ExitTool into the text it carries.</summary>
internal sealed class ExitToolSink(IMessageSink next) : SinkDecorator(next)
{
    /// <summary>The tool's name.</summary>
    public const string Name = "ExitTool";

    private readonly ArrayBufferWriter<byte> _arguments = new(256);
    private bool _inExit;
    private bool _sawExit;
    private bool _sawOther;

    /// <inheritdoc/>
    public override void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _inExit = escapedName.SequenceEqual("ExitTool"u8);
        if (_inExit)
        {
            _sawExit = true;
            _arguments.ResetWrittenCount();
            return;
        }

        _sawOther = true;
        base.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public override void ToolInput(ReadOnlySpan<byte> escaped)
    {
        if (_inExit)
        {
            _arguments.Write(escaped);
            return;
        }

        base.ToolInput(escaped);
    }

    /// <inheritdoc/>
    public override void EndBlock()
    {
        if (!_inExit)
        {
            base.EndBlock();
            return;
        }

        _inExit = false;
        var answer = Response(EscapedText.Unescape(_arguments.WrittenSpan));
        if (answer.Length > 0)
        {
            Next.BeginText();
            Next.Text(EscapedText.From(answer).Span);
            Next.EndBlock();
        }
    }

    /// <inheritdoc/>
    public override void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) =>
        base.End(_sawExit && !_sawOther && reason == StopReason.ToolUse ? StopReason.EndTurn : reason, escapedStopSequence);

    private static string Response(string arguments)
    {
        try
        {
            var json = JsonRepair.Repair(arguments);
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("response", out var response)
                ? response.ValueKind == JsonValueKind.String ? response.GetString()! : response.GetRawText()
                : arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}
