using System.Buffers;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Transformers;

/// <summary>longcat-thinking: thinking without a signature is left out, or becomes the answer when there is nothing else.</summary>
internal sealed class ThinkingAsTextSink(IMessageSink next) : SinkDecorator(next)
{
    private readonly ArrayBufferWriter<byte> _thinking = new(256);
    private readonly ArrayBufferWriter<byte> _unsigned = new(256);
    private bool _inThinking;
    private bool _signed;
    private bool _hasContent;

    /// <inheritdoc/>
    public override void BeginThinking()
    {
        _thinking.ResetWrittenCount();
        _inThinking = true;
        _signed = false;
    }

    /// <inheritdoc/>
    public override void Thinking(ReadOnlySpan<byte> escaped) => _thinking.Write(escaped);

    /// <inheritdoc/>
    public override void Signature(ReadOnlySpan<byte> escaped)
    {
        _signed = true;
        Next.BeginThinking();
        if (_thinking.WrittenCount > 0)
        {
            Next.Thinking(_thinking.WrittenSpan);
        }

        Next.Signature(escaped);
    }

    /// <inheritdoc/>
    public override void BeginText()
    {
        _hasContent = true;
        base.BeginText();
    }

    /// <inheritdoc/>
    public override void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _hasContent = true;
        base.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public override void EndBlock()
    {
        if (!_inThinking)
        {
            base.EndBlock();
            return;
        }

        _inThinking = false;
        if (_signed)
        {
            base.EndBlock();
        }
        else
        {
            _unsigned.Write(_thinking.WrittenSpan);
        }
    }

    /// <inheritdoc/>
    public override void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        if (!_hasContent && _unsigned.WrittenCount > 0)
        {
            Next.BeginText();
            Next.Text(_unsigned.WrittenSpan);
            Next.EndBlock();
        }

        base.End(reason, escapedStopSequence);
    }
}
