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

    /// <summary>How many texts' counts this process keeps when it counts by itself: 1 MB.</summary>
    public const int KeptTexts = 32 * 1024;

    /// <summary>Longer bodies are not sampled for the comparison with what providers report: copying them would show in a request's time.</summary>
    public const int SampleBytes = 512 * 1024;

    /// <summary>
    /// At most one body is copied for the comparison in this time; counts that routing made anyway are all compared. Counting a body of 100 KB that
    /// is new takes about 2 ms of one core, so this bounds the comparison to some 4 % of it.
    /// </summary>
    public static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>A provider or a counting service that is asked for count_tokens gets so long before the router counts.</summary>
    public static readonly TimeSpan Provider = TimeSpan.FromSeconds(2);

    /// <summary>How many count_tokens calls may be out at one provider; Claude Code sends 35 within 40 ms, and those above this are counted here.</summary>
    public const int ProviderCalls = 4;

    /// <summary>A provider that did not answer a count is left alone so long.</summary>
    public static readonly TimeSpan ProviderPause = TimeSpan.FromSeconds(30);

    /// <summary>A provider that has no such call is left alone so long.</summary>
    public static readonly TimeSpan ProviderAbsence = TimeSpan.FromHours(1);
}
