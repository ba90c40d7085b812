using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>How one target is asked to go on with a message that the client has got a part of.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="Sink">Writes the answer into the message.</param>
internal sealed record Continuation(CanonicalRequest Request, ContinuationSink Sink)
{
    /// <summary>Asks to go on, by prefill where the target takes it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="request">What the client asked.</param>
    /// <param name="prefill">Whether the answer so far may stand at the end as the model's own words.</param>
    public static Continuation Of(ClientMessage message, CanonicalRequest request, bool prefill)
    {
        if (!message.Journal.HasText)
        {
            // Nothing that has to be fitted was sent: the whole answer comes anew.
            return new(request, new ContinuationSink(message, null));
        }

        var escaped = message.Journal.Text();
        var text = EscapedText.Unescape(escaped);
        var shown = text.TrimEnd();
        if (shown.Length == 0)
        {
            return new(request, new ContinuationSink(message, new ContinuedText(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text), mayOverlap: true)));
        }

        var begun = shown.Length == text.Length ? new EscapedText(escaped) : EscapedText.From(shown);
        return new(
            prefill ? ContinuationRequest.Prefill(request, begun) : ContinuationRequest.Ask(request, begun),
            new ContinuationSink(message, new ContinuedText(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text[shown.Length..]), mayOverlap: !prefill)));
    }

    /// <summary>Whether a target goes on with an assistant message at the end of the conversation by itself. Servers of the other dialects begin a new one.</summary>
    public static bool TakesPrefill(TargetPlan plan) =>
        plan.Target.Provider.Protocol == Dialect.Anthropic && ModelRules.For(plan.Target.Model).TakesPrefill;
}
