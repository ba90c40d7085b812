namespace Ccr.Protocols.Requests;

/// <summary>One turn.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">What is said, in order.</param>
/// <param name="Index">The place in the client's own list, for loss reports.</param>
public sealed record CanonicalMessage(MessageRole Role, IReadOnlyList<ContentBlock> Content, int Index);
