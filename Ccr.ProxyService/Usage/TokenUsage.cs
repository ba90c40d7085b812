namespace Ccr.ProxyService.Usage;

/// <summary>Tokens of one answer, in the neutral arithmetic: input is everything the model read.</summary>
/// <param name="Input">All input tokens, cached ones included.</param>
/// <param name="CacheRead">Of the input: read from the provider's prompt cache.</param>
/// <param name="CacheWrite">Of the input: written to the provider's prompt cache.</param>
/// <param name="Output">All output tokens, reasoning included.</param>
/// <param name="Reasoning">Of the output: reasoning.</param>
internal readonly record struct TokenUsage(long Input, long CacheRead, long CacheWrite, long Output, long Reasoning);
