using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>sampling: sets temperature, top_p, top_k and repetition_penalty, and caps max_tokens.</summary>
internal sealed class SamplingTransformer(JsonObject options) : Transformer
{
    private readonly long? _maxTokens = TransformerCatalog.Number(options, "max_tokens");
    private readonly RawJson _temperature = Raw(options["temperature"]);
    private readonly RawJson _topP = Raw(options["top_p"]);
    private readonly RawJson _topK = Raw(options["top_k"]);
    private readonly string? _repetitionPenalty = options["repetition_penalty"]?.ToJsonString();

    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override bool EditsBody => _repetitionPenalty is not null || _topK.IsPresent;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        if (_maxTokens is { } most)
        {
            MaxTokenTransformer.Cap(request, most, loss);
        }

        request.Temperature = _temperature.IsPresent ? _temperature : request.Temperature;
        request.TopP = _topP.IsPresent ? _topP : request.TopP;
        request.TopK = _topK.IsPresent ? _topK : request.TopK;
    }

    /// <inheritdoc/>
    public override void EditBody(JsonObject body, CanonicalRequest request, TargetOptions target)
    {
        // The encoder of a dialect without these leaves them out; who names them here knows that the server takes them.
        if (_topK.IsPresent && body.ContainsKey("messages") && !body.ContainsKey("top_k"))
        {
            body["top_k"] = JsonNode.Parse(_topK.Span);
        }

        if (_repetitionPenalty is not null)
        {
            body["repetition_penalty"] = JsonNode.Parse(_repetitionPenalty);
        }
    }

    private static RawJson Raw(JsonNode? node) => node is null ? default : new(System.Text.Encoding.UTF8.GetBytes(node.ToJsonString()));
}
