namespace Ccr.ProxyService.Configuration;

/// <summary>Who answers count_tokens for a provider's models (Providers[].count_tokens).</summary>
internal enum CountTokensBy
{
    /// <summary>The provider, where its protocol has a call for it; else, and when it does not answer, the router.</summary>
    Provider,

    /// <summary>Always the router.</summary>
    Local,
}
