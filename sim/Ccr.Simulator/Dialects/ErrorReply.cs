namespace Ccr.Simulator.Dialects;

/// <summary>An error in no dialect. <paramref name="Code"/> null: the word that goes with the status.</summary>
internal sealed record ErrorReply(int Status, string Message, string? Code = null);
