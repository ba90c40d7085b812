using System.Diagnostics;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>The span of one call to a provider, and the headers by which the provider's own spans can join it.</summary>
internal static class AttemptTracing
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>Begins the span; null where it is not recorded.</summary>
    /// <param name="call">On whose behalf.</param>
    /// <param name="target">Who is asked.</param>
    /// <param name="isLater">True when another attempt came before it.</param>
    public static Activity? Begin(ProxyCall call, RouteTarget target, bool isLater)
    {
        if (!ProxyTracing.Source.HasListeners() || ProxyTracing.Source.StartActivity("chat", ActivityKind.Client) is not { } span)
        {
            return null;
        }

        if (span.IsAllDataRequested)
        {
            var names = target.GenAi;
            span.DisplayName = $"{names.Operation} {target.Model}";
            span.SetTag("gen_ai.operation.name", names.Operation);
            span.SetTag("gen_ai.provider.name", names.Provider);
            span.SetTag("gen_ai.request.model", target.Model);
            span.SetTag("gen_ai.request.stream", call.Stream);
            span.SetTag("server.address", target.Provider.BaseUrl.Host);
            span.SetTag("server.port", target.Provider.BaseUrl.Port);
            span.SetTag("ccr.provider", target.Provider.Name);
            span.SetTag("ccr.target", target.Name);
            if (isLater)
            {
                span.SetTag("ccr.attempt.is_later", true);
            }
        }

        return span;
    }

    /// <summary>
    /// Gives the call its trace context: the span's where there is one, else the client's own, byte for byte, so that the provider's spans join the client's trace.
    /// Baggage is never made, only passed through with the client's other headers.
    /// </summary>
    public static void SetContext(HttpRequestMessage request, ProxyCall call, Activity? span)
    {
        var from = call.Http.Request.Headers;
        if (span is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            Set(request, TraceParent, id);
            Set(request, TraceState, span.TraceStateString);
        }
        else if (from.TryGetValue(TraceParent, out var parent) && !request.Headers.Contains(TraceParent))
        {
            Set(request, TraceParent, parent.ToString());
            Set(request, TraceState, from[TraceState].ToString());
        }
    }

    /// <summary>Notes what became of the call. The span ends when the attempt is disposed of.</summary>
    public static void End(Activity? span, AttemptRecord record, string? stopReason)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        if (record.Status > 0)
        {
            span.SetTag("http.response.status_code", record.Status);
        }

        if (record.FirstContent is { } first)
        {
            span.SetTag("gen_ai.response.time_to_first_chunk", first.TotalSeconds);
        }

        if (record.Failure is null)
        {
            span.SetTag("gen_ai.response.model", record.Model);
        }

        if (stopReason is not null)
        {
            span.SetTag("gen_ai.response.finish_reasons", new[] { stopReason });
        }

        if (record.Repair is not null)
        {
            span.SetTag("ccr.repair", record.Repair);
        }

        ProxyTracing.SetTokens(span, record.Tokens);
        ProxyTracing.SetOutcome(span, record.Failure);
    }

    private static void Set(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);
        if (!string.IsNullOrEmpty(value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
