using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Health;

/// <summary>Why a target is not asked now.</summary>
/// <param name="Word">A short stable word for records: "open" (breaker), "cooling", "limit", "busy".</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="RetryAfter">When it may be asked again; null when that is not known.</param>
internal sealed record Refusal(string Word, string Reason, TimeSpan? RetryAfter)
{
    /// <summary>What the client is told it was when nobody else answers: rate limited, overloaded, or the failure that the key rests for.</summary>
    public ErrorKind Kind { get; init; } = ErrorKind.Overloaded;

    /// <summary>True when <see cref="AdmitMode.Force"/> would go past it.</summary>
    public bool YieldsToForce => Kind is not ErrorKind.RateLimited && Word is not "busy";
}
