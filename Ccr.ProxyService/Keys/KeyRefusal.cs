namespace Ccr.ProxyService.Keys;

/// <summary>Why a request with a virtual key is not served.</summary>
/// <param name="Status">The HTTP status: 403, 429, 402 or 503.</param>
/// <param name="Type">Anthropic's word for it.</param>
/// <param name="Message">Why, and what would help.</param>
internal sealed record KeyRefusal(int Status, string Type, string Message)
{
    /// <summary>When it may be asked again; null when that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>False tells the libraries of Anthropic and OpenAI not to ask again by themselves.</summary>
    public bool MayRetry { get; init; }
}
