namespace Ccr.ProxyService.Health;

/// <summary>What is known of one key of a provider, whatever the model. The provider's lock guards what has no lock of its own.</summary>
internal sealed class KeyEntry
{
    /// <summary>The rest of a key that the provider did not accept, or whose account is empty.</summary>
    public Cooldown Account { get; } = new();

    /// <summary>Its own limit of requests.</summary>
    public TokenBucket Requests { get; } = new();

    /// <summary>Its own limit of tokens.</summary>
    public TokenBucket Tokens { get; } = new();

    /// <summary>Its credit in the weighted round.</summary>
    public long Credit { get; set; }
}
