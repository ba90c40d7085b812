using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Usage;
using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Modes;

/// <summary>
/// Mode compare: sends a copy of a client's request to the target while the client is answered from elsewhere, and puts both answers side by side. The copy is a call like
/// any other but that nobody reads its answer: it has a body, a context and an account of its own, so that it can neither delay nor change what the client gets.
/// </summary>
internal sealed partial class CompareRunner(ModeState modes, Dispatcher dispatcher, ComparisonLog comparisons, IUsageRecorder usage, PriceBook prices, TimeProvider time, ILogger<CompareRunner> log)
{
    private const string Scenario = "compare";

    /// <summary>Whose account pays, and who the client is to us: neither is the target's business.</summary>
    private static readonly string[] Private = ["Authorization", "Proxy-Authorization", "x-api-key", "x-goog-api-key", "api-key", "Cookie"];

    private readonly Counter _dropped = new();
    private int _running;

    /// <summary>Copies on their way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Copies that were not made because too many were on their way.</summary>
    public long Dropped => _dropped.Value;

    /// <summary>Begins the copy of a request that is about to be answered; null when there is none.</summary>
    public ComparisonRun? Begin(ProxyCall call, Func<ReadOnlyMemory<byte>, RequestPeek> peek)
    {
        if (modes.Of(call.Config) != RouterMode.Compare || modes.Target(call.Config) is not { } target)
        {
            return null;
        }

        if (Interlocked.Increment(ref _running) > call.Config.Mode.MaxConcurrentCompares)
        {
            Interlocked.Decrement(ref _running);
            _dropped.Add();
            return null;
        }

        var run = new ComparisonRun(new AnswerDigest(call));
        DigestingBody.Install(call.Http, run.Digest);
        var body = call.Body.ToArray();
        var copy = CopyOf(call);
        _ = Task.Run(() => CompareAsync(run, copy, body, peek, target, call.RequestId));
        return run;
    }

    private ProxyCall CopyOf(ProxyCall call)
    {
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        var (from, to) = (call.Http.Request, http.Request);
        to.Method = from.Method;
        to.Path = from.Path;

        // Nobody reads the copy's stream as one JSON array, which is the only thing that Gemini's query could ask for.
        to.QueryString = call.Client.Dialect == Dialect.Gemini ? new("?alt=sse") : from.QueryString;
        foreach (var header in from.Headers)
        {
            if (!Private.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            {
                to.Headers[header.Key] = header.Value;
            }
        }

        return new ProxyCall(http, call.Client, call.Config, RequestIds.Of(http), time.GetTimestamp(), time.GetUtcNow());
    }

    private async Task CompareAsync(ComparisonRun run, ProxyCall copy, byte[] body, Func<ReadOnlyMemory<byte>, RequestPeek> peek, RouteTarget target, string requestId)
    {
        try
        {
            RequestRecord record;
            AnswerDigest? digest = null;
            try
            {
                var status = 500;
                try
                {
                    copy.Own(PooledBody.Of(BodyEdits.Set(body, copy.Client.Dialect, copy.Config.Mode.Parameters, replaces: false) ?? body));
                    copy.Peek = peek(copy.Body);
                    copy.Decision = new RouteDecision(Scenario, $"a copy of {requestId}", [target], null) { IsSole = true };
                    digest = new AnswerDigest(copy);
                    DigestingBody.Install(copy.Http, digest);
                    status = await dispatcher.DispatchAsync(copy).ConfigureAwait(false);
                    digest.Complete();
                }
                catch (RequestFormatException e)
                {
                    status = 400;
                    copy.Failure = "invalid_request_error";
                    NotSaid(log, requestId, target.Name, e.Message);
                }
                finally
                {
                    copy.ReleaseBody();
                }

                record = CallRecords.Of(copy, status, prices, time) with { ComparedWith = requestId };
                usage.CopyFinished(record);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }

            using (digest ??= new AnswerDigest(copy))
            using (run.Digest)
            {
                Compare(await run.Record.ConfigureAwait(false), run.Digest, record, digest);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody waits for this; the client has its answer.
            Unforeseen(log, e, requestId);
        }
    }

    private void Compare(RequestRecord primary, AnswerDigest primaryDigest, RequestRecord copy, AnswerDigest copyDigest)
    {
        var keepTexts = modes.IsTracing;
        var own = ComparisonSide.Of(primary, primaryDigest, keepTexts);
        var other = ComparisonSide.Of(copy, copyDigest, keepTexts);
        comparisons.Add(new(primary.StartedAt.UtcDateTime, primary.RequestedModel, primary.Streaming, own, other, ComparisonDifference.Of(own, primaryDigest, other, copyDigest)));
    }

    [LoggerMessage(EventId = 1060, Level = LogLevel.Warning, Message = "{RequestId}: its copy cannot be said to {Target}: {Reason}")]
    private static partial void NotSaid(ILogger log, string requestId, string target, string reason);

    [LoggerMessage(EventId = 1061, Level = LogLevel.Error, Message = "{RequestId}: its copy failed in the router itself")]
    private static partial void Unforeseen(ILogger log, Exception e, string requestId);
}
