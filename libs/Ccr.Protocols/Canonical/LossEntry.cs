namespace Ccr.Protocols.Canonical;

/// <summary>One thing that the target's protocol cannot say.</summary>
/// <param name="Path">The field in the source request, such as <c>top_k</c> or <c>messages[3].content[0].cache_control</c>.</param>
/// <param name="Action">What became of it.</param>
/// <param name="Reason">Why.</param>
public readonly record struct LossEntry(string Path, LossAction Action, string Reason);
