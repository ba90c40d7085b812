using System.Diagnostics;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>What the spans of requests and of calls to providers share. Where nobody listens, nothing is made.</summary>
internal static class ProxyTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Ccr.Proxy";

    // Words of outcomes that are no failure of the call's.
    private const string Slower = "slower";
    private const string ClientGone = "client_gone";

    /// <summary>The source of the spans.</summary>
    public static readonly ActivitySource Source = new(SourceName, InstanceIdentity.Version);

    /// <summary>Notes tokens, those that are not known left out.</summary>
    public static void SetTokens(Activity span, in TokenUsage tokens)
    {
        if (tokens.IsZero)
        {
            return;
        }

        span.SetTag("gen_ai.usage.input_tokens", tokens.Input);
        span.SetTag("gen_ai.usage.output_tokens", tokens.Output);
        SetCount(span, "gen_ai.usage.cache_read.input_tokens", tokens.CacheRead);
        SetCount(span, "gen_ai.usage.cache_creation.input_tokens", tokens.CacheWrite);
        SetCount(span, "gen_ai.usage.reasoning.output_tokens", tokens.Reasoning);
    }

    /// <summary>Notes how it ended. The words that a provider gave for a failure stay out: they may quote the prompt.</summary>
    public static void SetOutcome(Activity span, string? failure)
    {
        if (failure is Slower or ClientGone)
        {
            span.SetTag("ccr.outcome", failure);
        }
        else if (failure is not null)
        {
            span.SetTag("error.type", failure);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static void SetCount(Activity span, string name, long count)
    {
        if (count > 0)
        {
            span.SetTag(name, count);
        }
    }
}
