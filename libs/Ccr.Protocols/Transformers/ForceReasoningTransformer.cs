using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>forcereasoning: asks a model that has no thinking of its own to think in a tag first; the tag's text becomes thinking, here and on later turns.</summary>
internal sealed class ForceReasoningTransformer : Transformer
{
    private const int TurnsKept = 10;

    private static readonly EscapedText Prompt = EscapedText.From(
        "Before you answer or call a tool, think the task through step by step inside one <reasoning_content> … </reasoning_content> block at the very beginning of your reply. Then give the answer after the block.");

    private static ReadOnlySpan<byte> Open => "<reasoning_content>"u8;

    private static ReadOnlySpan<byte> Close => "</reasoning_content>\\n"u8;

    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override bool ChangesAnswer => true;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        var kept = 0;
        for (var i = request.Messages.Count - 1; i >= 0; i--)
        {
            if (request.Messages[i].Role == MessageRole.Assistant)
            {
                request.Messages[i] = request.Messages[i] with { Content = Inline(request.Messages[i].Content, kept++ < TurnsKept) };
            }
        }

        var last = request.Messages.FindLastIndex(static m => m.Role == MessageRole.User);
        if (last >= 0)
        {
            request.Messages[last] = request.Messages[last] with { Content = [.. request.Messages[last].Content, new TextBlock(Prompt)] };
        }

        request.Thinking = ThinkingMode.Unset;
        request.ThinkingBudget = null;
        request.Effort = default;
    }

    /// <inheritdoc/>
    public override IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions target) => new ThinkTagSink(next, "<reasoning_content>", "</reasoning_content>");

    private static List<ContentBlock> Inline(IReadOnlyList<ContentBlock> content, bool keep)
    {
        var inlined = new List<ContentBlock>(content.Count);
        foreach (var block in content)
        {
            if (block is not ThinkingBlock thinking)
            {
                inlined.Add(block);
            }
            else if (keep && !thinking.Text.IsBlank)
            {
                inlined.Add(new TextBlock(new((byte[])[.. Open, .. thinking.Text.Span, .. Close])));
            }
        }

        return inlined;
    }
}
