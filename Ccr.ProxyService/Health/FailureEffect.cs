namespace Ccr.ProxyService.Health;

/// <summary>What a failure says of whom.</summary>
internal enum FailureEffect
{
    /// <summary>Nothing: it is about the request, or about us.</summary>
    None,

    /// <summary>The target is unwell: counts for its breaker.</summary>
    Breaker,

    /// <summary>The key has spent what it may on this model: it rests there for as long as the provider says, else a growing while.</summary>
    KeyRests,

    /// <summary>The key may not use this model: it rests there for long.</summary>
    KeyBarred,

    /// <summary>The key or its account is of no use: it rests everywhere for long.</summary>
    AccountBarred,

    /// <summary>The model is not there: nobody asks for it for a while.</summary>
    TargetMissing,
}
