namespace Ccr.Protocols.Errors;

/// <summary>One failure in neutral terms.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Status">The provider's HTTP status; 0 when the failure was no HTTP answer.</param>
/// <param name="Message">The provider's own words where it gave any; never a key.</param>
public sealed record ProviderError(ErrorKind Kind, int Status, string Message)
{
    /// <summary>The provider's code or type for it, as spelt; null when it gave none.</summary>
    public string? Code { get; init; }

    /// <summary>The field of the provider's request that is at fault, as the provider names it; null when it said nothing.</summary>
    public string? Param { get; init; }

    /// <summary>How long the provider asks to wait; null when it said nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The stream ended before its protocol's last event.</summary>
    public static ProviderError Cut(string provider) =>
        new(ErrorKind.Malformed, 0, $"The stream of {provider} ended before its last event.") { Code = "stream_cut" };
}
