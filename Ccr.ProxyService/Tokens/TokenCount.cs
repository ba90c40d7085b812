using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>A number of input tokens and how it was got.</summary>
/// <param name="Tokens">Input tokens of the request; an upper bound when <see cref="Source"/> is <see cref="TokenCountSource.Size"/>.</param>
/// <param name="Source">Where the number comes from.</param>
internal readonly record struct TokenCount(long Tokens, TokenCountSource Source)
{
    /// <summary>What was counted, by part and before any factor; null where nothing was.</summary>
    public RequestTokens? Parts { get; init; }

    /// <summary>What it was counted with; null where nothing was.</summary>
    public BpeEncoding? Encoding { get; init; }

    /// <summary>A count, before any factor.</summary>
    public static TokenCount Of(RequestTokens parts, BpeEncoding encoding, TokenCountSource source) => new(parts.Total, source) { Parts = parts, Encoding = encoding };

    /// <summary>The count times a factor, rounded up; an estimate stays, because it is none of the encoding's.</summary>
    public TokenCount Times(double factor) => Parts is null ? this : this with { Tokens = (long)Math.Ceiling(Tokens * factor) };
}
