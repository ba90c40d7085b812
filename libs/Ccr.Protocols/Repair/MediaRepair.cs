using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Transformers;

namespace Ccr.Protocols.Repair;

/// <summary>Images, documents and recordings for models that take text only.</summary>
internal static class MediaRepair
{
    private static readonly string[] Refusals =
    [
        "not support", "unsupported", "only supported by", "unknown variant", "No endpoints found that support", "not enabled", "only support text", "not a multimodal model", "At most 0",
        "does not accept", "cannot process", "not allowed", "mmproj", "not have vision", "is not a vision",
    ];

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        // A picture in a wrong format is another thing: the model does see.
        if (!text.HasAny(Refusals) || text.HasAny("media_type", "media type", "image format", "mime", "file format"))
        {
            return null;
        }

        if (text.HasAny("image", "vision", "multimodal", "only support text"))
        {
            return Plan<ImageBlock>("The model cannot see images; a note stands for each.", "[image omitted: the model cannot see images]");
        }

        if (text.HasAny("document", "input_file", "pdf", "variant `file`", "file input", "file content"))
        {
            return Plan<DocumentBlock>("The model cannot read documents; a note stands for each.", "[document omitted: the model cannot read documents]");
        }

        return text.HasAny("audio", "video")
            ? Plan<MediaBlock>("The model takes no recordings; a note stands for each.", "[recording omitted: the model cannot hear or watch recordings]")
            : null;
    }

    private static RepairPlan Plan<T>(string description, string note)
        where T : ContentBlock => new(RepairKind.Media, description)
        {
            Change = request =>
            {
                var changed = false;
                CanonicalEdits.ReplaceBlocks(request, block =>
                {
                    if (block is not T)
                    {
                        return block;
                    }

                    changed = true;
                    return new TextBlock(EscapedText.From(note)) { CacheControl = block.CacheControl };
                });
                return changed;
            },
        };
}
