using System.Text.Json;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>Counts in this process; texts that came before by their kept counts. What is no JSON is estimated.</summary>
internal sealed class LocalTokenCounter : ITokenCounter, IExactTokenCounter, ITokenizerState
{
    private readonly TextCountCache _cache = new(TokenLimits.KeptTexts);

    /// <inheritdoc/>
    public string State => "in-process";

    /// <inheritdoc/>
    public ValueTask<TokenCount> CountAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken) =>
        body.Length > TokenLimits.RoutingBytes ? ValueTask.FromResult(TokenEstimate.Of(body.Length)) : CountExactlyAsync(body, encoding, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TokenCount> CountExactlyAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return body.Length <= TokenLimits.ShortBytes
            ? ValueTask.FromResult(Count(body.Span, encoding))
            // Not left before it is done: the body is the caller's, who may give it to another afterwards.
            : new(Task.Factory.StartNew(() => Count(body.Span, encoding), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    private TokenCount Count(ReadOnlySpan<byte> body, BpeEncoding encoding)
    {
        try
        {
            return TokenCount.Of(RequestTokenCounter.Count(body, encoding, _cache), encoding, TokenCountSource.Local);
        }
        catch (JsonException)
        {
            return TokenEstimate.Of(body.Length);
        }
    }
}
