using Ccr.Tokenization;
using Ccr.Tokenizer.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Asks the tokenizer service. For routing it gives up after <see cref="TokenLimits.Routing"/> and estimates; an exact count that the
/// service does not give is done in this process.
/// </summary>
internal sealed class ServiceTokenCounter(TokenizerLinks links, LocalTokenCounter local) : ITokenCounter, IExactTokenCounter
{
    /// <inheritdoc/>
    public async ValueTask<TokenCount> CountAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken) =>
        body.Length <= TokenLimits.RoutingBytes && await AskAsync(body, encoding, TokenLimits.Routing, cancellationToken).ConfigureAwait(false) is { } count
            ? count
            : TokenEstimate.Of(body.Length);

    /// <inheritdoc/>
    public async ValueTask<TokenCount> CountExactlyAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken) =>
        body.Length <= TokenLimits.ServiceBytes && await AskAsync(body, encoding, TokenLimits.Exact, cancellationToken).ConfigureAwait(false) is { } count
            ? count
            : await local.CountExactlyAsync(body, encoding, cancellationToken).ConfigureAwait(false);

    private async ValueTask<TokenCount?> AskAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (links.For(body.Span) is not { } link)
        {
            return null;
        }

        try
        {
            // A copy: a call that was given up may still be sending when the caller's buffer serves somebody else. Deadlines are wall-clock times.
            var request = new CountMessageRequest { Body = ByteString.CopyFrom(body.Span), Encoding = encoding.Name };
            var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + limit;
            using var call = link.Client.CountMessageAsync(request, deadline: deadline, cancellationToken: cancellationToken);
            var reply = await call.ResponseAsync.ConfigureAwait(false);
            link.Worked();
            return TokenCount.Of(new(reply.SystemTokens, reply.ToolTokens, reply.MessageTokens), encoding, TokenCountSource.Service);
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument or StatusCode.ResourceExhausted)
        {
            // The request's fault, not the service's.
            return null;
        }
        catch (RpcException e)
        {
            link.Failed(e.Status.Detail.Length > 0 ? $"{e.StatusCode}: {e.Status.Detail}" : e.StatusCode.ToString());
            return null;
        }
    }
}
