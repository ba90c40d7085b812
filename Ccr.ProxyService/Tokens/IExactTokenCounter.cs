using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>Counts exactly, however long it takes: by the tokenizer service or, when that is gone, in this process.</summary>
internal interface IExactTokenCounter
{
    /// <summary>Counts the tokens of a request in its client's JSON; the body is only read during the call.</summary>
    ValueTask<TokenCount> CountExactlyAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken);
}
