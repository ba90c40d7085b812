using System.Threading.Channels;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Counts requests for the comparison with what providers report, beside the requests and never in their way. A count that routing made anyway is
/// used as it is. Of the others, at most one in <see cref="TokenLimits.SampleInterval"/> and of at most <see cref="TokenLimits.SampleBytes"/> is
/// copied and counted by one worker; when that is behind, requests are left out.
/// </summary>
internal sealed partial class TokenSampler(IExactTokenCounter counter, TokenDrift drift, TokenAudit audit, TokenTotals totals, TimeProvider time, ILogger<TokenSampler> log) : BackgroundService
{
    private readonly Channel<TokenSample> _queue = Channel.CreateBounded<TokenSample>(new BoundedChannelOptions(16) { SingleReader = true });
    private long _last = long.MinValue;

    /// <summary>The sample of a routed request; null when it is not counted. The body is only read during the call.</summary>
    public TokenSample? Take(ReadOnlyMemory<byte> body, RouteDecision decision)
    {
        var target = decision.Targets[0];
        var sample = new TokenSample(drift, target.Name, target.Tokenizer.Encoding);
        if (decision.Tokens is { Parts: { } parts, Encoding: { } used } && used == sample.Encoding)
        {
            Note(sample, parts);
            return sample;
        }

        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref _last);
        if (body.Length > TokenLimits.SampleBytes
            || (last != long.MinValue && time.GetElapsedTime(last, now) < TokenLimits.SampleInterval)
            || Interlocked.CompareExchange(ref _last, now, last) != last)
        {
            totals.Skipped.Add();
            return null;
        }

        sample.Copy(body.Span);
        if (_queue.Writer.TryWrite(sample))
        {
            return sample;
        }

        sample.Release();
        totals.Skipped.Add();
        return null;
    }

    /// <summary>Hands over what the provider reported, when the request ended well at a target that is counted with the same encoding.</summary>
    public static void Compare(RouteDecision? decision, RequestRecord record)
    {
        if (decision?.Sample is not { } sample || record.Failure is not null || record.Attempts.Count == 0)
        {
            return;
        }

        // The last one gave the answer. Its own tokens: the request's are those of all tries together.
        var attempt = record.Attempts[^1];
        foreach (var target in decision.Targets)
        {
            if (target.Provider.Name == attempt.Provider && target.Model == attempt.Model)
            {
                if (attempt.Failure is null && attempt.Tokens.Input > 0 && target.Tokenizer.Encoding == sample.Encoding)
                {
                    sample.Answered(target.Name, attempt.Tokens.Input);
                }

                return;
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var sample in _queue.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    var count = await counter.CountExactlyAsync(sample.Body, sample.Encoding, stoppingToken).ConfigureAwait(false);
                    if (count.Parts is { } parts)
                    {
                        Note(sample, parts);
                    }
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    // One sample less; a worker that ended would stop the host.
                    LogFailed(log, e);
                }
                finally
                {
                    sample.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Note(TokenSample sample, in Tokenization.RequestTokens parts)
    {
        drift.Count(sample.Tier, parts);
        audit.Add(sample.Tier, parts);
        sample.Counted(parts.Total);
    }

    [LoggerMessage(EventId = 6004, Level = LogLevel.Warning, Message = "A request could not be counted for the comparison with the provider's figures")]
    private static partial void LogFailed(ILogger log, Exception e);
}
