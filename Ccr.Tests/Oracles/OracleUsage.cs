namespace Ccr.Tests.Oracles;

/// <summary>Token counts as an SDK shows them; the input holds the cached tokens.</summary>
internal sealed record OracleUsage(long? Input, long? Output, long? Cached);
