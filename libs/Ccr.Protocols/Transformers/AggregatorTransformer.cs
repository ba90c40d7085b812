using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>
/// openrouter and vercel: reasoning as an object, its details replayed, cache breakpoints kept for Claude, web search as a plugin; the options go
/// into the body last ("provider", "models", "transforms" …).
/// </summary>
internal sealed class AggregatorTransformer(JsonObject options, bool hasWebPlugin) : Transformer
{
    /// <inheritdoc/>
    public override bool EditsBody => true;

    /// <inheritdoc/>
    public override bool ChangesAnswer => true;

    /// <inheritdoc/>
    public override void Configure(TargetOptions target)
    {
        target.Reasoning = ReasoningStyle.ReasoningObject;
        target.Replay = ReasoningReplay.ReasoningDetails;
        target.KeepCacheControl = target.Model.Contains("claude", StringComparison.OrdinalIgnoreCase);
        target.WebSearchIsElsewhere = hasWebPlugin;
    }

    /// <inheritdoc/>
    public override void EditBody(JsonObject body, CanonicalRequest request, TargetOptions target)
    {
        if (hasWebPlugin && request.Tools.Exists(static t => t.Kind == ToolKind.WebSearch) && !target.Model.EndsWith(":online", StringComparison.Ordinal))
        {
            body["plugins"] = new JsonArray(new JsonObject { ["id"] = "web" });
        }

        BodyMerge.Set(body, options);
    }

    /// <inheritdoc/>
    public override IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions target) => new NumericIdSink(next);
}
