namespace Ccr.Simulator.Answers;

/// <summary>The usage of an answer. <paramref name="Input"/> holds the cached tokens, both kinds; <paramref name="Output"/> the thinking.</summary>
internal sealed record TokenCounts(int Input, int CacheRead, int CacheWrite, int Output, int Thinking);
