using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>cleancache: no cache_control anywhere.</summary>
internal sealed class CleanCacheTransformer : Transformer
{
    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        CanonicalEdits.ReplaceBlocks(request, static block => block.CacheControl.IsPresent ? block with { CacheControl = default } : block);
        for (var i = 0; i < request.Tools.Count; i++)
        {
            request.Tools[i] = request.Tools[i] with { CacheControl = default };
        }

        request.Extensions.RemoveAll(static e => e.Key == "cache_control");
    }
}
