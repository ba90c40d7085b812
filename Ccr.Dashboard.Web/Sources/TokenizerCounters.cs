namespace Ccr.Dashboard.Web.Sources;

/// <summary>What the tokenizer service has counted of itself.</summary>
internal sealed record TokenizerCounters(long Requests, long Tokens, long Bytes);
