using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>Only says what the target likes.</summary>
internal sealed class TargetTransformer(Action<TargetOptions> configure) : Transformer
{
    /// <inheritdoc/>
    public override void Configure(TargetOptions target) => configure(target);
}
