using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>thinktag, extrathinktag, kimi: text in tags at the beginning of an answer becomes thinking.</summary>
internal sealed class ThinkTagTransformer(params (string Open, string Close)[] tags) : Transformer
{
    /// <summary>The tags that models are known to write.</summary>
    public static readonly (string Open, string Close)[] Common = [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>")];

    /// <inheritdoc/>
    public override bool ChangesAnswer => true;

    /// <inheritdoc/>
    public override IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions target) => Wrap(next, tags);

    /// <summary>One splitter for each pair of tags, one behind the other.</summary>
    public static IMessageSink Wrap(IMessageSink next, IReadOnlyList<(string Open, string Close)> tags)
    {
        foreach (var (open, close) in tags)
        {
            next = new ThinkTagSink(next, open, close);
        }

        return next;
    }
}
