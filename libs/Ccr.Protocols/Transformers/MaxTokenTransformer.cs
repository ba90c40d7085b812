using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>maxtoken: the answer is at most so long; a request that does not say gets the limit.</summary>
internal sealed class MaxTokenTransformer(long most) : Transformer
{
    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss) => Cap(request, most, loss);

    /// <summary>Lowers the output limit to the most allowed.</summary>
    public static void Cap(CanonicalRequest request, long most, LossReport loss)
    {
        if (request.MaxTokens > most)
        {
            loss.Changed(RequestField.MaxTokens, request.Dialect, request.Dialect, $"The configuration allows {most} tokens at most.");
        }

        request.MaxTokens = Math.Min(request.MaxTokens ?? most, most);
    }
}
