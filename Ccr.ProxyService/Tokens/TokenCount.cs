namespace Ccr.ProxyService.Tokens;

/// <summary>A number of input tokens and how it was got.</summary>
/// <param name="Tokens">Input tokens of the request; an upper bound when <see cref="Source"/> is <see cref="TokenCountSource.Size"/>.</param>
/// <param name="Source">Where the number comes from.</param>
internal readonly record struct TokenCount(long Tokens, TokenCountSource Source);
