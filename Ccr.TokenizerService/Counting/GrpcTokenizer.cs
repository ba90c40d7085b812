using System.Text.Json;
using Ccr.Tokenization;
using Ccr.Tokenizer.V1;
using Ccr.TokenizerService.Telemetry;
using Grpc.Core;

namespace Ccr.TokenizerService.Counting;

/// <summary>The service of Protos/tokenizer.proto.</summary>
internal sealed class GrpcTokenizer(Counter counter, TokenizerMetrics metrics, TimeProvider time) : Tokenizer.V1.Tokenizer.TokenizerBase
{
    /// <inheritdoc/>
    public override Task<CountReply> CountText(CountTextRequest request, ServerCallContext context) =>
        MeasureAsync(TokenizerMethod.CountText, context, async work =>
        {
            var encoding = InvalidRequest.Encoding(request.Encoding);
            var tokens = await counter.CountAsync(request.Text.Memory, encoding, context.CancellationToken).ConfigureAwait(false);
            work.Add(texts: 1, request.Text.Length, tokens);
            return new CountReply { Tokens = tokens };
        });

    /// <inheritdoc/>
    public override Task<CountBatchReply> CountBatch(CountBatchRequest request, ServerCallContext context) =>
        MeasureAsync(TokenizerMethod.CountBatch, context, async work =>
        {
            var encoding = InvalidRequest.Encoding(request.Encoding);
            var reply = new CountBatchReply();
            foreach (var text in request.Texts)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                var tokens = await counter.CountAsync(text.Memory, encoding, context.CancellationToken).ConfigureAwait(false);
                work.Add(texts: 1, text.Length, tokens);
                reply.Tokens.Add(tokens);
            }

            return reply;
        });

    /// <inheritdoc/>
    public override Task<CountMessageReply> CountMessage(CountMessageRequest request, ServerCallContext context) =>
        MeasureAsync(TokenizerMethod.CountMessage, context, async work =>
        {
            var encoding = InvalidRequest.Encoding(request.Encoding);
            RequestTokens tokens;
            try
            {
                tokens = await counter.CountRequestAsync(request.Body.Memory, encoding, context.CancellationToken).ConfigureAwait(false);
            }
            catch (JsonException e)
            {
                throw InvalidRequest.Body(e);
            }

            work.Add(texts: 1, request.Body.Length, tokens.Total);
            return new CountMessageReply { Tokens = tokens.Total, SystemTokens = tokens.System, ToolTokens = tokens.Tools, MessageTokens = tokens.Messages };
        });

    /// <inheritdoc/>
    public override Task<CountReply> CountStream(IAsyncStreamReader<TextChunk> requestStream, ServerCallContext context) =>
        MeasureAsync(TokenizerMethod.CountStream, context, async work =>
        {
            IncrementalCounter? parts = null;
            var bytes = 0L;
            await foreach (var chunk in requestStream.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            {
                parts ??= new IncrementalCounter(InvalidRequest.Encoding(chunk.Encoding));
                for (var rest = chunk.Text.Memory; !rest.IsEmpty; rest = rest[Math.Min(TokenizerLimits.Slice, rest.Length)..])
                {
                    context.CancellationToken.ThrowIfCancellationRequested();
                    parts.Append(rest.Span[..Math.Min(TokenizerLimits.Slice, rest.Length)]);
                }

                bytes += chunk.Text.Length;
            }

            var tokens = parts?.Finish() ?? 0;
            work.Add(texts: 1, bytes, tokens);
            return new CountReply { Tokens = tokens };
        });

    private async Task<T> MeasureAsync<T>(TokenizerMethod method, ServerCallContext context, Func<WorkDone, Task<T>> count)
    {
        var start = time.GetTimestamp();
        var work = new WorkDone();
        var outcome = StatusCode.Unknown;
        try
        {
            var reply = await count(work).ConfigureAwait(false);
            outcome = StatusCode.OK;
            return reply;
        }
        catch (RpcException e)
        {
            outcome = e.StatusCode;
            throw;
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            outcome = context.Deadline <= time.GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled;
            throw;
        }
        finally
        {
            metrics.Record(method, outcome, work, time.GetElapsedTime(start));
        }
    }
}
