using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dispatch;

/// <summary>The one table of what each kind of failure means for the request.</summary>
internal static class Failures
{
    /// <summary>The stable word for metrics and records.</summary>
    public static string Word(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest => "invalid_request",
        ErrorKind.ContextTooLong => "context_too_long",
        ErrorKind.ContentPolicy => "content_policy",
        ErrorKind.Authentication => "authentication",
        ErrorKind.Permission => "permission",
        ErrorKind.Quota => "quota",
        ErrorKind.NotFound => "not_found",
        ErrorKind.TooLarge => "too_large",
        ErrorKind.RateLimited => "rate_limited",
        ErrorKind.Overloaded => "overloaded",
        ErrorKind.Timeout => "timeout",
        ErrorKind.Transport => "transport",
        ErrorKind.Malformed => "malformed",
        _ => "server",
    };

    /// <summary>Whether asking the same target again cannot help, although the status that clients get for it looks as if it could: its key or its account is at fault.</summary>
    public static bool IsHopeless(ErrorKind kind) => kind is ErrorKind.Authentication or ErrorKind.Permission or ErrorKind.Quota;

    /// <summary>
    /// Whether the same target may do better in a moment. Not after a silence: that has cost the client enough, and a route that said nothing once will again.
    /// </summary>
    public static bool RetrySame(ErrorKind kind) => kind is ErrorKind.Server or ErrorKind.Overloaded or ErrorKind.Transport or ErrorKind.Malformed or ErrorKind.RateLimited;

    /// <summary>
    /// Whether another target could do better. What is wrong with the request itself is wrong everywhere, and the client acts on it best: it shortens it, or shows it to
    /// its user. A prompt that is too long for one model may fit another.
    /// </summary>
    public static bool TryNext(ErrorKind kind) => kind is not (ErrorKind.InvalidRequest or ErrorKind.ContentPolicy or ErrorKind.TooLarge);

    /// <summary>Whether it is the key's or its account's failure, so that another key of the same provider may do.</summary>
    public static bool IsOfKey(ErrorKind kind) => kind is ErrorKind.Authentication or ErrorKind.Permission or ErrorKind.Quota or ErrorKind.RateLimited;

    /// <summary>Whether a rate limit of a target is the client's to know (rateLimitPolicy passthrough), and no other target is asked.</summary>
    public static bool PassesRateLimits(CcrConfig config, RouteTarget target) => (target.Provider.RateLimitPolicy ?? config.Router.RateLimitPolicy) == RateLimitPolicy.Passthrough;

    /// <summary>Whether a stream that was ended by it can be gone on with by another attempt.</summary>
    public static bool IsRescuable(ProviderError error) =>
        error.Kind is ErrorKind.Transport or ErrorKind.Malformed or ErrorKind.Timeout or ErrorKind.Server or ErrorKind.Overloaded or ErrorKind.RateLimited && error.Code != "shutting_down";
}
