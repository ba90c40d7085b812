using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Health;

/// <summary>The one table of what each kind of failure does to the health of a target and its keys; docs/health.md shows the same one.</summary>
internal static class FailureEffects
{
    /// <summary>The first and the longest rest of a key that is barred.</summary>
    public static readonly (TimeSpan First, TimeSpan Longest) Barred = (TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));

    /// <summary>How long a missing model is not asked for.</summary>
    public static readonly TimeSpan Missing = TimeSpan.FromMinutes(1);

    /// <summary>The effect of a failure.</summary>
    public static FailureEffect Of(ProviderError error) =>
        error.Code == "shutting_down" ? FailureEffect.None : Of(error.Kind);

    /// <summary>The effect of a kind of failure.</summary>
    public static FailureEffect Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentPolicy or ErrorKind.TooLarge => FailureEffect.None,
        ErrorKind.Authentication or ErrorKind.Quota => FailureEffect.AccountBarred,
        ErrorKind.Permission => FailureEffect.KeyBarred,
        ErrorKind.RateLimited => FailureEffect.KeyRests,
        ErrorKind.NotFound => FailureEffect.TargetMissing,
        _ => FailureEffect.Breaker,
    };
}
