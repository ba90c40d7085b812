namespace Ccr.ProxyService.Routing;

/// <summary>[search] and [web] in what the user wrote: the Rust router's way to ask for a search, in force with its form of Router.webSearch.</summary>
internal static class SearchTags
{
    /// <summary>Cuts the tags out of all user messages, so that a conversation reads the same from turn to turn; true when the newest user text had one.</summary>
    public static bool Take(RouteContext context)
    {
        var body = context.Call.Body;
        if (body.Span.IndexOf("[search]"u8) < 0 && body.Span.IndexOf("[web]"u8) < 0)
        {
            return false;
        }

        var places = TextPlaces.Of(body.Span);
        var cuts = new List<(int, int)>();
        int newest = -1, newestWithTag = -1;
        foreach (var place in places)
        {
            if (place.UserMessage < 0)
            {
                continue;
            }

            newest = Math.Max(newest, place.UserMessage);
            var text = body.Span.Slice(place.Start, place.Length);
            for (var at = text.IndexOf((byte)'['); at >= 0 && at < text.Length; at = Next(text, at))
            {
                var length = text[at..].StartsWith("[search]"u8) ? 8 : text[at..].StartsWith("[web]"u8) ? 5 : 0;
                if (length > 0)
                {
                    // The blank that set the tag off goes with it.
                    length += at + length < text.Length && text[at + length] == ' ' ? 1 : 0;
                    cuts.Add((place.Start + at, length));
                    newestWithTag = place.UserMessage;
                }
            }
        }

        if (cuts.Count > 0)
        {
            context.Replace(TextCuts.Make(body.Span, places, cuts));
        }

        return newest >= 0 && newest == newestWithTag;
    }

    private static int Next(ReadOnlySpan<byte> text, int at)
    {
        var next = text[(at + 1)..].IndexOf((byte)'[');
        return next < 0 ? -1 : at + 1 + next;
    }
}
