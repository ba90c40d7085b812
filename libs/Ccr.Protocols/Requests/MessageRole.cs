namespace Ccr.Protocols.Requests;

/// <summary>Who speaks.</summary>
public enum MessageRole
{
    /// <summary>The person, or the results of tools.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>Instructions in the middle of a conversation.</summary>
    System,
}
