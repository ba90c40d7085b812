namespace Ccr.Tests.Oracles;

/// <summary>What an SDK of a vendor made of one answer.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Reasoning">The whole visible reasoning; null: the SDK does not show any.</param>
/// <param name="Signed">The SDK saw a signature or encrypted reasoning; not all of them show it.</param>
/// <param name="ToolCalls">The calls in order.</param>
/// <param name="Usage">The token counts.</param>
/// <param name="Stop">Why the answer ended, in the SDK's own word.</param>
/// <param name="Error">What the SDK threw; then there is nothing else.</param>
internal sealed record OracleAnswer(string? Text, string? Reasoning, bool Signed, IReadOnlyList<OracleCall>? ToolCalls, OracleUsage? Usage, string? Stop, string? Error = null);
