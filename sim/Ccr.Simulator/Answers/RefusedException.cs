namespace Ccr.Simulator.Answers;

/// <summary>The request cannot be played; the message is the one line that the caller gets in a 400, <paramref name="code"/> the provider's word for it.</summary>
internal sealed class RefusedException(string message, string? code = null) : Exception(message)
{
    /// <summary>The dialect's error code; null: the one that goes with a 400.</summary>
    public string? Code { get; } = code;
}
