using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>Edits that several transformers make.</summary>
internal static class CanonicalEdits
{
    /// <summary>Puts other blocks in the place of all blocks of instructions, messages and tool results.</summary>
    public static void ReplaceBlocks(CanonicalRequest request, Func<ContentBlock, ContentBlock> replace)
    {
        for (var i = 0; i < request.System.Count; i++)
        {
            request.System[i] = replace(request.System[i]);
        }

        for (var i = 0; i < request.Messages.Count; i++)
        {
            request.Messages[i] = request.Messages[i] with { Content = Replace(request.Messages[i].Content, replace) };
        }
    }

    private static ContentBlock[] Replace(IReadOnlyList<ContentBlock> blocks, Func<ContentBlock, ContentBlock> replace)
    {
        var replaced = new ContentBlock[blocks.Count];
        for (var i = 0; i < blocks.Count; i++)
        {
            replaced[i] = replace(blocks[i] is ToolResultBlock result ? result with { Content = Replace(result.Content, replace) } : blocks[i]);
        }

        return replaced;
    }
}
