using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>Asks a model to go on with an answer of which the client has the beginning already.</summary>
public static class ContinuationRequest
{
    private static readonly EscapedText GoOn = EscapedText.From(
        "Your answer above was cut off by a failure of the connection. Continue it exactly where it ends, in the middle of a word if need be. Repeat nothing of it, and say nothing about the interruption.");

    /// <summary>The request with the beginning of the answer as the assistant's own words, which the model goes on with by itself (prefill).</summary>
    /// <param name="request">What the client asked.</param>
    /// <param name="begun">The answer so far, escaped; without blanks at its end, which Anthropic refuses there.</param>
    public static CanonicalRequest Prefill(CanonicalRequest request, EscapedText begun)
    {
        var copy = request.Copy();
        Append(copy, begun);

        // Anthropic: thinking and a prefilled answer exclude each other. The thinking was done before the cut.
        copy.Thinking = ThinkingMode.Disabled;
        copy.ThinkingBudget = null;
        return copy;
    }

    /// <summary>The same for a model that must have the last word of the user: the beginning of the answer, and a turn that asks to go on.</summary>
    public static CanonicalRequest Ask(CanonicalRequest request, EscapedText begun)
    {
        var copy = request.Copy();
        Append(copy, begun);
        copy.Messages.Add(new(MessageRole.User, [new TextBlock(GoOn)], copy.Messages.Count));
        return copy;
    }

    private static void Append(CanonicalRequest copy, EscapedText begun)
    {
        var text = new TextBlock(begun);
        if (copy.Messages.Count > 0 && copy.Messages[^1] is { Role: MessageRole.Assistant } last)
        {
            copy.Messages[^1] = last with { Content = [.. last.Content, text] };
        }
        else
        {
            copy.Messages.Add(new(MessageRole.Assistant, [text], copy.Messages.Count));
        }
    }
}
