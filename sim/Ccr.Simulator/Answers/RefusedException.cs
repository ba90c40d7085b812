namespace Ccr.Simulator.Answers;

/// <summary>The request cannot be played; the message is the one line that the caller gets in a 400.</summary>
internal sealed class RefusedException(string message) : Exception(message);
