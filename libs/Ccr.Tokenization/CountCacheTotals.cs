namespace Ccr.Tokenization;

/// <summary>What a <see cref="TextCountCache"/> has done since it was made.</summary>
/// <param name="Hits">Texts whose count was known.</param>
/// <param name="Misses">Texts that had to be encoded.</param>
/// <param name="KnownBytes">Bytes of the texts whose count was known.</param>
/// <param name="EncodedBytes">Bytes of the texts that had to be encoded, those too short to be looked up included.</param>
public readonly record struct CountCacheTotals(long Hits, long Misses, long KnownBytes, long EncodedBytes);
