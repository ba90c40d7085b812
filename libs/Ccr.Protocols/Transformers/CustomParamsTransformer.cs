using System.Text.Json.Nodes;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>customparams: its options are added to the body; what the body has already stays.</summary>
internal sealed class CustomParamsTransformer(JsonObject options) : Transformer
{
    /// <inheritdoc/>
    public override bool EditsBody => options.Count > 0;

    /// <inheritdoc/>
    public override void EditBody(JsonObject body, CanonicalRequest request, TargetOptions target) => BodyMerge.Add(body, options);
}
