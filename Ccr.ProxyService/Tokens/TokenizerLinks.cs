namespace Ccr.ProxyService.Tokens;

/// <summary>
/// The connections to all tokenizer services. Where there are several, a conversation always goes to the same one of those that answer (rendezvous
/// hashing by its first message), because that one knows the counts of its earlier texts; when one goes, only its conversations move.
/// </summary>
internal sealed class TokenizerLinks(IReadOnlyList<TokenizerLink> links) : ITokenizerState
{
    /// <summary>All of them, in the order of the settings.</summary>
    public IReadOnlyList<TokenizerLink> All => links;

    /// <inheritdoc/>
    public string State
    {
        get
        {
            foreach (var link in links)
            {
                if (link.State == "connected")
                {
                    return link.State;
                }
            }

            return links[0].State;
        }
    }

    /// <summary>The one for a request; null when none answers.</summary>
    public TokenizerLink? For(ReadOnlySpan<byte> body)
    {
        if (links.Count == 1)
        {
            return links[0].IsUsable ? links[0] : null;
        }

        var key = ConversationKey.Of(body);
        TokenizerLink? best = null;
        var highest = 0UL;
        foreach (var link in links)
        {
            var score = ConversationKey.Mix(key ^ link.Key);
            if (link.IsUsable && (best is null || score > highest))
            {
                (best, highest) = (link, score);
            }
        }

        return best;
    }
}
