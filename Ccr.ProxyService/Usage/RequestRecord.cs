using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Usage;

/// <summary>The account of one finished request. Holds no user text and no secret.</summary>
internal sealed record RequestRecord
{
    /// <summary>The identity sent to the client as request-id.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the request line arrived, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the request line to the last byte of the answer.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>From the request line to the first content of the answer; null when none came.</summary>
    public TimeSpan? TimeToFirstContent { get; init; }

    /// <summary>Time spent waiting for providers, all attempts; <see cref="Duration"/> minus this is the proxy's own overhead.</summary>
    public TimeSpan UpstreamTime { get; init; }

    /// <summary>The client's protocol: "anthropic", "openai-chat", ….</summary>
    public required string ClientDialect { get; init; }

    /// <summary>The client program, from a closed list: "claude-code", "codex", "opencode", "other", ….</summary>
    public required string ClientApplication { get; init; }

    /// <summary>The client's session: the name it gives it, else "conversation-" and a digest of how the conversation begins; null when nothing tells it from others.</summary>
    public string? Session { get; init; }

    /// <summary>Who within the session asks: "main", "subagent" or "auxiliary" (titles, summaries); null when the client does not tell.</summary>
    public string? Agent { get; init; }

    /// <summary>The id of the virtual key that the request came with; "master" for APIKEY, null when no key was needed.</summary>
    public string? Key { get; init; }

    /// <summary>The model the client asked for.</summary>
    public required string RequestedModel { get; init; }

    /// <summary>The routing scenario: "default", "background", "think", "longContext", "webSearch", "image", "direct"; "attached" for one that got the answer of an identical request.</summary>
    public required string Scenario { get; init; }

    /// <summary>The time of the proxy itself: not spent waiting for providers.</summary>
    public TimeSpan Overhead => Duration > UpstreamTime ? Duration - UpstreamTime : TimeSpan.Zero;

    /// <summary>Output tokens per second after the first content; null for whole answers and where there is nothing to divide.</summary>
    public double? TokensPerSecond =>
        Streaming && Tokens.Output > 0 && TimeToFirstContent is { } first && Duration > first ? Tokens.Output / (Duration - first).TotalSeconds : null;

    /// <summary>Why that scenario, in words for a person.</summary>
    public required string RouteReason { get; init; }

    /// <summary>The input token count used for routing; null when no rule needed one.</summary>
    public TokenCount? RoutingTokens { get; init; }

    /// <summary>The routing rules that were looked at, in order.</summary>
    public IReadOnlyList<RouteStep> Route { get; init; } = [];

    /// <summary>Every try, in order; the last one gave the answer, if any did.</summary>
    public required IReadOnlyList<AttemptRecord> Attempts { get; init; }

    /// <summary>True when the client asked for a stream.</summary>
    public bool Streaming { get; init; }

    /// <summary>The HTTP status sent to the client; 499 when the client left first.</summary>
    public required int Status { get; init; }

    /// <summary>A short stable word for what failed ("rate_limited", "cut", …); null when the answer was complete.</summary>
    public string? Failure { get; init; }

    /// <summary>Tokens as the provider reported them.</summary>
    public TokenUsage Tokens { get; init; }

    /// <summary>How many calls of the client's tools the answer holds.</summary>
    public int ToolCalls { get; init; }

    /// <summary>The request whose copy this is, in mode compare; null for a client's own request.</summary>
    public string? ComparedWith { get; init; }

    /// <summary>What all tries together cost in dollars; null when nothing is known to be used, or when one of them has no known price.</summary>
    public decimal? Cost
    {
        get
        {
            decimal? sum = null;
            for (var i = 0; i < Attempts.Count; i++)
            {
                if (Attempts[i].IsUnpriced)
                {
                    return null;
                }

                sum = Attempts[i].Cost is { } cost ? (sum ?? 0) + cost : sum;
            }

            return sum;
        }
    }

    /// <summary>The stop reason in Anthropic's words; null when unknown.</summary>
    public string? StopReason { get; init; }

    /// <summary>What the translation of the last try could not carry over; empty for a pass-through.</summary>
    public IReadOnlyList<LossEntry> Losses { get; init; } = [];
}
