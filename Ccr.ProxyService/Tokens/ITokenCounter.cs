using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>Counts the input tokens of a whole request body. Never throws for a bad body and never takes longer than its time limit.</summary>
internal interface ITokenCounter
{
    /// <summary>Counts the tokens of a request in its client's JSON; the body is only read during the call.</summary>
    ValueTask<TokenCount> CountAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken);
}
