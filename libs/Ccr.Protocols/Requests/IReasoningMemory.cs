namespace Ccr.Protocols.Requests;

/// <summary>What was remembered of earlier answers, for providers that want back what clients of other dialects cannot keep.</summary>
public interface IReasoningMemory
{
    /// <summary>The reasoning that led to a tool call of an earlier answer; null when it is not known (any more).</summary>
    RememberedReasoning? Find(ReadOnlySpan<byte> toolUseId);
}

/// <summary>The reasoning before a call.</summary>
/// <param name="Text">Its visible words, escaped; may be empty.</param>
/// <param name="Signature">Its signature in canonical form; may be empty.</param>
public sealed record RememberedReasoning(ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Signature);
