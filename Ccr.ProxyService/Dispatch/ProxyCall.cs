using System.Diagnostics;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Attach;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Modes;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>One request on its way: what came in, where it may go, and what is known of it so far.</summary>
internal sealed class ProxyCall(HttpContext http, ClientDialect client, CcrConfig config, string requestId, long startTimestamp, DateTimeOffset startedAt)
{
    private CanonicalRequest? _canonical;
    private PooledBody? _body;

    /// <summary>The client's exchange.</summary>
    public HttpContext Http { get; } = http;

    /// <summary>What the client speaks.</summary>
    public ClientDialect Client { get; } = client;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; } = startedAt;

    /// <summary>The configuration this request began with and keeps.</summary>
    public CcrConfig Config { get; } = config;

    /// <summary>Our id of the request.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>When it began, in the clock's ticks.</summary>
    public long StartTimestamp { get; } = startTimestamp;

    /// <summary>The client's body; empty once released.</summary>
    public ReadOnlyMemory<byte> Body => _body?.Memory ?? default;

    /// <summary>Who owns the body's memory; null once released.</summary>
    public PooledBody? BodyOwner => _body;

    /// <summary>What was seen of the body.</summary>
    public RequestPeek Peek
    {
        get;
        set
        {
            field = value;
            RequestedModel = value.Model.ToString();
            Stream = value.Stream;
        }
    }

    /// <summary>The id of the virtual key that it came with; "master" for APIKEY, null when no key was needed.</summary>
    public string? CallerKey { get; init; }

    /// <summary>What its virtual key has reserved for it; null without such a key, and while it was not let in.</summary>
    public LedgerHold? KeyHold { get; set; }

    /// <summary>How its virtual key stood when it was let in; null for a key without limits.</summary>
    public LedgerVerdict? KeyVerdict { get; set; }

    /// <summary>Whether a target that routing did not choose may be asked; null for all.</summary>
    public Func<RouteTarget, bool>? MayAsk { get; set; }

    /// <summary>The model the client asked for; outlives the body.</summary>
    public string RequestedModel { get; private set; } = "";

    /// <summary>True when the client wants a stream.</summary>
    public bool Stream { get; private set; }

    /// <summary>The target that is being asked; null before the first.</summary>
    public RouteTarget? Asked { get; set; }

    /// <summary>Whether a stream that breaks after the client has got a part of it is gone on with by another attempt. Clients that resume better by themselves get an error event.</summary>
    public bool IsRescued { get; set; }

    /// <summary>Where it goes; null until routed.</summary>
    public RouteDecision? Decision { get; set; }

    /// <summary>The session it belongs to; null when that is not known or does not matter.</summary>
    public SessionTicket? Session { get; set; }

    /// <summary>The provider and the key of it that served the session before, which is the better choice where it may be used, since prompt caches are the account's; null for none.</summary>
    public (string Provider, string KeyId)? PreferredKey { get; set; }

    /// <summary>
    /// The provider and the <see cref="ProviderKey.Id"/> of the one key of it that may serve this call, because the call carries reasoning that only that account can read; null for
    /// any key. Other providers are not concerned.
    /// </summary>
    public (string Provider, string KeyId)? BoundKey { get; set; }

    /// <summary>The id of the key that a provider has to use; null for any.</summary>
    public string? BoundKeyOf(string provider) => KeyOf(BoundKey, provider);

    /// <summary>The id of the key that a provider had better use; null for any.</summary>
    public string? PreferredKeyOf(string provider) => KeyOf(PreferredKey, provider);

    /// <summary>Its span; null where tracing is off or leaves it out.</summary>
    public Activity? Span { get; set; }

    /// <summary>What its answer says, gathered for the span; null where that is not wanted.</summary>
    public AnswerDigest? Content { get; set; }

    /// <summary>Every try so far.</summary>
    public List<AttemptRecord> Attempts { get; } = new(1);

    /// <summary>The attempts that lost a race; null when there was none.</summary>
    public RaceLosers? Losers { get; set; }

    /// <summary>What the translation of the last attempt could not carry over; null for a pass-through.</summary>
    public LossReport? Loss { get; set; }

    /// <summary>Time to the first content; null while none came.</summary>
    public TimeSpan? TimeToFirstContent { get; set; }

    /// <summary>Time spent waiting for providers.</summary>
    public TimeSpan UpstreamTime { get; set; }

    /// <summary>Token counts of the answer.</summary>
    public TokenCounts Counts { get; set; }

    /// <summary>How many calls of the client's tools the answer holds.</summary>
    public int ToolCalls { get; private set; }

    /// <summary>The comparison of which this call is the one side; null outside mode compare.</summary>
    public ComparisonRun? Comparison { get; set; }

    /// <summary>The stop reason in Anthropic's words.</summary>
    public string? StopReason { get; set; }

    /// <summary>The word for what failed in the end; null when the answer was complete.</summary>
    public string? Failure { get; set; }

    /// <summary>What identical requests attach to; null where this call is none of those.</summary>
    public RunningAnswer? Running { get; set; }

    /// <summary>The id of the running call whose answer this request gets; null for a call of its own.</summary>
    public string? AttachedTo { get; set; }

    /// <summary>Called with the encoder of an answer that was translated whole; null when nobody wants to know.</summary>
    public Action<IMessageSink>? Answered { get; set; }

    /// <summary>Called with every piece of an answer that passes through; null when nobody wants to know.</summary>
    public Action<ReadOnlyMemory<byte>>? Passed { get; set; }

    /// <summary>The model that an answer of a target says it is of: the one asked for while the router's own choice answers, the real one after a failover.</summary>
    public string ModelSaid(RouteTarget target) => ReferenceEquals(target, Decision!.Targets[0]) || target.Name == Decision.Targets[0].Name ? RequestedModel : target.Model;

    /// <summary>Enters a finished attempt into the account.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="status">The provider's status; 0 when there was none.</param>
    /// <param name="failure">The word for its failure; null for an answer.</param>
    public void Finish(Attempt attempt, int status, string? failure)
    {
        var target = attempt.Pass.Target;
        var record = new AttemptRecord(target.Provider.Name, target.Model, status, failure, attempt.Elapsed)
        {
            Tokens = TokenUsage.From(attempt.Counts),
            Repair = attempt.Repaired,
            GenAi = target.GenAi,
            FirstContent = attempt.FirstContent,
        };
        Attempts.Add(record);
        AttemptTracing.End(attempt.Span, record, attempt.StopReason);
        Counts += attempt.Counts;
        ToolCalls += attempt.ToolCalls;
        StopReason = attempt.StopReason ?? StopReason;
    }

    /// <summary>Takes over the body.</summary>
    public void Own(PooledBody body) => _body = body;

    /// <summary>Puts another body in the place of the client's, which says the same in other words.</summary>
    public void Replace(byte[] body, in RequestPeek peek)
    {
        _body?.Dispose();
        _body = PooledBody.Of(body);
        _canonical = null;
        Peek = peek;
    }

    /// <summary>Gives the body's memory back: once an answer is committed no other target can be asked, and a stream may last for minutes.</summary>
    public void ReleaseBody()
    {
        _canonical = null;
        _body?.Dispose();
        _body = null;
    }

    /// <summary>The body in canonical form, decoded when first asked for.</summary>
    /// <exception cref="RequestFormatException">A field has the wrong type.</exception>
    public CanonicalRequest Canonical => _canonical ??= Client.Decode(Body, this);

    private static string? KeyOf((string Provider, string KeyId)? key, string provider) =>
        key is { } one && one.Provider.Equals(provider, StringComparison.OrdinalIgnoreCase) ? one.KeyId : null;
}
