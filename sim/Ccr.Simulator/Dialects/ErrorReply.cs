namespace Ccr.Simulator.Dialects;

/// <summary>An error in no dialect. <paramref name="Code"/> null: the word that goes with the status. <paramref name="RetryAfter"/>: seconds to wait, as the script writes them.</summary>
internal sealed record ErrorReply(int Status, string Message, string? Code = null, string? RetryAfter = null);
