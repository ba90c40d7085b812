using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Transformers;

/// <summary>enhancetool: arguments are collected until the call is whole, repaired when they are no JSON, and handed on in one piece.</summary>
internal sealed class EnhanceToolSink(IMessageSink next) : SinkDecorator(next)
{
    private readonly ArrayBufferWriter<byte> _arguments = new(256);
    private bool _inTool;

    /// <inheritdoc/>
    public override void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _inTool = true;
        _arguments.ResetWrittenCount();
        base.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public override void ToolInput(ReadOnlySpan<byte> escaped) => _arguments.Write(escaped);

    /// <inheritdoc/>
    public override void EndBlock()
    {
        if (_inTool)
        {
            _inTool = false;
            if (_arguments.WrittenCount > 0)
            {
                Next.ToolInput(EscapedText.From(JsonRepair.Repair(EscapedText.Unescape(_arguments.WrittenSpan))).Span);
            }
        }

        base.EndBlock();
    }
}
