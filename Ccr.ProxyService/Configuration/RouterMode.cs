namespace Ccr.ProxyService.Configuration;

/// <summary>What the router does with requests.</summary>
internal enum RouterMode
{
    /// <summary>Rules and routes decide.</summary>
    Route,

    /// <summary>Everything goes to one target.</summary>
    Target,

    /// <summary>Rules and routes decide, and a copy of every request goes to one target, whose answer is only measured.</summary>
    Compare,

    /// <summary>Everything goes to Anthropic with the client's own credentials.</summary>
    AnthropicOnly,
}
