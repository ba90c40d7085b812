namespace Ccr.ProxyService.Tokens;

/// <summary>How far counting may go.</summary>
internal static class TokenLimits
{
    /// <summary>A routing decision waits no longer for the tokenizer service, connecting included.</summary>
    public static readonly TimeSpan Routing = TimeSpan.FromMilliseconds(250);

    /// <summary>An exact count waits no longer for the service before it is done here.</summary>
    public static readonly TimeSpan Exact = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longer bodies are estimated for routing: to count them takes longer than a decision may. At that size the estimate is half a
    /// million tokens, far from any threshold that separates models.
    /// </summary>
    public const int RoutingBytes = 2 * 1024 * 1024;

    /// <summary>The longest body that the service takes.</summary>
    public const int ServiceBytes = 64 * 1024 * 1024;

    /// <summary>Above this a count in this process gets a thread of its own, so that other requests do not wait behind it.</summary>
    public const int ShortBytes = 256 * 1024;
}
