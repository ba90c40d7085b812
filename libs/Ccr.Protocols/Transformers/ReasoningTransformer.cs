using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>reasoning: thinking and enable_thinking in the body; with enable false thinking is off whatever the client asks.</summary>
internal sealed class ReasoningTransformer(bool enable) : Transformer
{
    /// <inheritdoc/>
    public override bool EditsRequest => !enable;

    /// <inheritdoc/>
    public override bool EditsBody => !enable;

    /// <inheritdoc/>
    public override void Configure(TargetOptions target) => target.Reasoning = ReasoningStyle.EnableThinking;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        if (request.Thinking is ThinkingMode.Enabled or ThinkingMode.Adaptive)
        {
            loss.Dropped(RequestField.Thinking, request.Dialect, request.Dialect, "The configuration turns thinking off for this provider.");
        }

        request.Thinking = ThinkingMode.Disabled;
        request.ThinkingBudget = null;
        request.Effort = default;
    }

    /// <inheritdoc/>
    public override void EditBody(JsonObject body, CanonicalRequest request, TargetOptions target)
    {
        if (body["thinking"] is JsonObject thinking && body.ContainsKey("enable_thinking"))
        {
            thinking["budget_tokens"] = -1;
        }
    }
}
