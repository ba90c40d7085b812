using Ccr.Protocols.Json;

namespace Ccr.ProxyService.Routing;

/// <summary>
/// &lt;CCR-SUBAGENT-MODEL&gt;provider,model&lt;/CCR-SUBAGENT-MODEL&gt; in the prompt of a subagent: in any text of the system or of the first two user messages, since Claude
/// Code puts an agent's prompt now here, now there. The tag does not go to the provider.
/// </summary>
internal static class SubagentTag
{
    private const int SearchedUserMessages = 2;
    private const int LongestValue = 400;

    private static readonly RouteStep Elsewhere = new(Scenario.Subagent, false, "the tag stands neither in the system prompt nor in the first two user messages");
    private static readonly RouteStep None = RouteStep.Unset(Scenario.Subagent, "no <CCR-SUBAGENT-MODEL> tag");

    /// <summary>The step of a request in which nothing was found.</summary>
    public static RouteStep NotFound => None;

    private static ReadOnlySpan<byte> Name => "CCR-SUBAGENT-MODEL"u8;

    /// <summary>Takes the tag out of the body; returns what it chose, or null with the step that says why nothing.</summary>
    public static RouteChoice? Take(RouteContext context, RouteTable table, out RouteStep step)
    {
        step = None;
        var body = context.Call.Body;
        if (body.Span.IndexOf(Name) < 0)
        {
            return null;
        }

        step = Elsewhere;
        RouteChoice? chosen = null;
        var places = TextPlaces.Of(body.Span);
        var cuts = new List<(int, int)>();
        foreach (var place in places)
        {
            if (place.UserMessage >= SearchedUserMessages)
            {
                continue;
            }

            var text = body.Span.Slice(place.Start, place.Length);
            for (var at = 0; Next(text, at) is { } tag; at = tag.Start + tag.Length)
            {
                var match = table.Resolve(tag.Value, context.Application, isChosen: true);
                if (match.Choice is { } choice)
                {
                    chosen ??= choice;
                    cuts.Add((place.Start + tag.Start, tag.Length));
                }
                else
                {
                    step = new(Scenario.Subagent, false, $"the tag names no target: {match.Reason}");
                }
            }
        }

        if (chosen is not null)
        {
            context.Replace(TextCuts.Make(body.Span, places, cuts));
            step = new(Scenario.Subagent, true, $"the tag <CCR-SUBAGENT-MODEL> names {chosen.Target.Name}");
        }

        return chosen;
    }

    /// <summary>The next whole tag of a text, with either form that writers of JSON give to angle brackets and slashes.</summary>
    private static (int Start, int Length, string Value)? Next(ReadOnlySpan<byte> text, int from)
    {
        while (true)
        {
            var at = text[from..].IndexOf(Name);
            if (at < 0)
            {
                return null;
            }

            at += from;
            from = at + Name.Length;
            var open = Before(text, at);
            var valueAt = After(text, from, '>');
            if (open < 0 || valueAt < 0)
            {
                continue;
            }

            var length = text[valueAt..].IndexOf(Name);
            if (length is < 0 or > LongestValue)
            {
                continue;
            }

            var closing = valueAt + length;
            var end = After(text, closing + Name.Length, '>');
            var slash = closing > 0 && text[closing - 1] == '/' ? closing - 1 : -1;
            slash = slash > 0 && text[slash - 1] == '\\' ? slash - 1 : slash;
            var valueEnd = slash < 0 ? -1 : Before(text, slash);
            if (end < 0 || valueEnd < valueAt)
            {
                continue;
            }

            return (open, end - open, EscapedText.Unescape(text[valueAt..valueEnd]).Trim());
        }
    }

    /// <summary>Where a "&lt;" that ends before <paramref name="at"/> begins; -1 when there is none.</summary>
    private static int Before(ReadOnlySpan<byte> text, int at) =>
        at >= 1 && text[at - 1] == '<' ? at - 1
        : at >= 6 && System.Text.Ascii.EqualsIgnoreCase(text.Slice(at - 6, 6), "\\u003c"u8) ? at - 6
        : -1;

    private static int After(ReadOnlySpan<byte> text, int at, char bracket) =>
        at < text.Length && text[at] == bracket ? at + 1
        : at + 6 <= text.Length && System.Text.Ascii.EqualsIgnoreCase(text.Slice(at, 6), "\\u003e"u8) ? at + 6
        : -1;
}
