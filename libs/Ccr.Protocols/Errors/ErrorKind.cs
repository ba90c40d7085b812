namespace Ccr.Protocols.Errors;

/// <summary>What a failure is, whatever protocol said it.</summary>
public enum ErrorKind
{
    /// <summary>The request is wrong.</summary>
    InvalidRequest,

    /// <summary>The prompt does not fit the model's context.</summary>
    ContextTooLong,

    /// <summary>The provider refuses the content.</summary>
    ContentPolicy,

    /// <summary>The key is missing or wrong.</summary>
    Authentication,

    /// <summary>The key may not do this.</summary>
    Permission,

    /// <summary>The account is out of money or quota.</summary>
    Quota,

    /// <summary>The model or address does not exist.</summary>
    NotFound,

    /// <summary>The body is too large.</summary>
    TooLarge,

    /// <summary>Too many requests or tokens for now.</summary>
    RateLimited,

    /// <summary>The provider has no capacity now.</summary>
    Overloaded,

    /// <summary>The provider failed.</summary>
    Server,

    /// <summary>The provider did not answer in time.</summary>
    Timeout,

    /// <summary>The connection could not be made or broke.</summary>
    Transport,

    /// <summary>The answer was no valid answer: cut, garbled or empty.</summary>
    Malformed,
}
