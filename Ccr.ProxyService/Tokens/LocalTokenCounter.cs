using System.Text.Json;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>Counts in this process, with cl100k_base. What is no JSON is estimated.</summary>
internal sealed class LocalTokenCounter : ITokenCounter, IExactTokenCounter, ITokenizerState
{
    /// <inheritdoc/>
    public string State => "in-process";

    /// <inheritdoc/>
    public ValueTask<TokenCount> CountAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        body.Length > TokenLimits.RoutingBytes ? ValueTask.FromResult(TokenEstimate.Of(body.Length)) : CountExactlyAsync(body, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TokenCount> CountExactlyAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return body.Length <= TokenLimits.ShortBytes
            ? ValueTask.FromResult(Count(body.Span))
            // Not left before it is done: the body is the caller's, who may give it to another afterwards.
            : new(Task.Factory.StartNew(() => Count(body.Span), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    private static TokenCount Count(ReadOnlySpan<byte> body)
    {
        try
        {
            return new(RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase).Total, TokenCountSource.Local);
        }
        catch (JsonException)
        {
            return TokenEstimate.Of(body.Length);
        }
    }
}
