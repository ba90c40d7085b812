namespace Ccr.Tokenization;

/// <summary>The input tokens of a request body, by where they come from.</summary>
/// <param name="System">System prompt: the system field, and messages of the roles system and developer.</param>
/// <param name="Tools">Tool definitions.</param>
/// <param name="Messages">All other messages.</param>
public readonly record struct RequestTokens(long System, long Tools, long Messages)
{
    /// <summary>All three together.</summary>
    public long Total => System + Tools + Messages;
}
