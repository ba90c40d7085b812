using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>One message of the provider's request, after turns of one speaker were joined.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Blocks">What is said, in the order Anthropic demands.</param>
internal sealed record AnthropicTurn(MessageRole Role, List<ContentBlock> Blocks);
