using Ccr.Tokenization;

namespace Ccr.TokenizerService.Counting;

/// <summary>Counts texts and requests, long ones away from the shared threads; texts that came before by their kept counts.</summary>
internal sealed class Counter(TextCountCache cache)
{
    /// <summary>The tokens of a text. Stops between parts when the token fires.</summary>
    public ValueTask<long> CountAsync(ReadOnlyMemory<byte> text, BpeEncoding encoding, CancellationToken cancellationToken) =>
        text.Length <= TokenizerLimits.ShortText
            ? ValueTask.FromResult(cache.CountTokens(text.Span, encoding))
            : OnOwnThreadAsync(() => CountSliced(text, encoding, cancellationToken), cancellationToken);

    /// <summary>The tokens of a request body.</summary>
    /// <exception cref="System.Text.Json.JsonException">The body is no JSON.</exception>
    public ValueTask<RequestTokens> CountRequestAsync(ReadOnlyMemory<byte> body, BpeEncoding encoding, CancellationToken cancellationToken) =>
        body.Length <= TokenizerLimits.ShortText
            ? ValueTask.FromResult(RequestTokenCounter.Count(body.Span, encoding, cache))
            : OnOwnThreadAsync(() => RequestTokenCounter.Count(body.Span, encoding, cache), cancellationToken);

    private static long CountSliced(ReadOnlyMemory<byte> text, BpeEncoding encoding, CancellationToken cancellationToken)
    {
        var counter = new IncrementalCounter(encoding);
        for (var rest = text; !rest.IsEmpty; rest = rest[Math.Min(TokenizerLimits.Slice, rest.Length)..])
        {
            cancellationToken.ThrowIfCancellationRequested();
            counter.Append(rest.Span[..Math.Min(TokenizerLimits.Slice, rest.Length)]);
        }

        return counter.Finish();
    }

    private static ValueTask<T> OnOwnThreadAsync<T>(Func<T> count, CancellationToken cancellationToken) =>
        new(Task.Factory.StartNew(count, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
}
