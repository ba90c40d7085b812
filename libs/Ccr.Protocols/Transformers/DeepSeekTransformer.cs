using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>deepseek: caps max_tokens, and what the model table says of DeepSeek holds whatever the model is called.</summary>
internal sealed class DeepSeekTransformer(long most) : Transformer
{
    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override void Configure(TargetOptions target)
    {
        if (target.Rules.Prefix.Length == 0)
        {
            target.Rules = ModelRules.For("deepseek");
        }
    }

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        if (request.MaxTokens > most)
        {
            MaxTokenTransformer.Cap(request, most, loss);
        }
    }
}
