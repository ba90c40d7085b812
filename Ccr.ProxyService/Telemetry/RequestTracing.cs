using System.Diagnostics;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// The span of one request of a client, below the server's own: what was asked for, where it went and why, what it used and cost. Calls to providers are spans below
/// it. Its names are those of the semantic conventions for generative AI; what they have no name for begins with ccr.
/// </summary>
internal sealed class RequestTracing(ContentCapture content)
{
    // Names of models come from clients and may be of any length.
    private const int LongestName = 200;

    /// <summary>Begins the span; null where it is not recorded.</summary>
    public static Activity? Begin(ProxyCall call) =>
        call.Span = ProxyTracing.Source.HasListeners() ? ProxyTracing.Source.StartActivity(GenAiTarget.OperationOf(call.Client.Dialect)) : null;

    /// <summary>The request was read. From here on the answer is watched, where its words are wanted.</summary>
    public void Read(ProxyCall call)
    {
        if (call.Span is not { IsAllDataRequested: true } span)
        {
            return;
        }

        var operation = GenAiTarget.OperationOf(call.Client.Dialect);
        var model = call.RequestedModel.Length > LongestName ? call.RequestedModel[..LongestName] : call.RequestedModel;
        span.DisplayName = $"{operation} {model}";
        span.SetTag("gen_ai.operation.name", operation);
        span.SetTag("gen_ai.request.model", model);
        span.SetTag("gen_ai.request.stream", call.Stream);
        RequestParameters.Note(span, call.Body.Span);
        content.Read(call, span);
    }

    /// <summary>Something happened on the way.</summary>
    /// <param name="call">To this request.</param>
    /// <param name="name">What.</param>
    /// <param name="target">To do with which target.</param>
    /// <param name="word">The failure's or refusal's word.</param>
    public static void Event(ProxyCall call, string name, string target, string word)
    {
        if (call.Span is { IsAllDataRequested: true } span)
        {
            span.AddEvent(new(name, default, new() { ["ccr.target"] = target, ["ccr.reason"] = word }));
        }
    }

    /// <summary>The request is over.</summary>
    public void End(ProxyCall call, RequestRecord record)
    {
        if (call.Span is not { IsAllDataRequested: true } span)
        {
            return;
        }

        span.SetTag("ccr.request_id", record.RequestId);
        span.SetTag("ccr.client", record.ClientApplication);
        span.SetTag("ccr.scenario", record.Scenario);
        span.SetTag("ccr.route.reason", record.RouteReason);
        span.SetTag("ccr.attempts", record.Attempts.Count);
        span.SetTag("http.response.status_code", record.Status);
        if (record.Session is not null)
        {
            span.SetTag("gen_ai.conversation.id", record.Session);
        }

        if (record.Attempts is [.., var last] && last.GenAi is { } names)
        {
            span.SetTag("gen_ai.provider.name", names.Provider);
            if (record.TimeToFirstContent is { } first)
            {
                span.SetTag("gen_ai.response.model", last.Model);
                span.SetTag("gen_ai.response.time_to_first_chunk", first.TotalSeconds);
            }
        }

        if (record.StopReason is not null)
        {
            span.SetTag("gen_ai.response.finish_reasons", new[] { record.StopReason });
        }

        if (record.Cost is { } cost)
        {
            span.SetTag("ccr.cost_usd", (double)cost);
        }

        if (call.Loss is { Entries.Count: > 0 } loss)
        {
            span.SetTag("ccr.loss", AnswerHeaders.Words(loss));
        }

        ProxyTracing.SetTokens(span, record.Tokens);
        ProxyTracing.SetOutcome(span, record.Failure);
        content.End(call, span, record.StopReason);
    }
}
