using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>Only changes the answer.</summary>
internal sealed class AnswerTransformer(Func<IMessageSink, IMessageSink> wrap) : Transformer
{
    /// <inheritdoc/>
    public override bool ChangesAnswer => true;

    /// <inheritdoc/>
    public override IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions target) => wrap(next);
}
