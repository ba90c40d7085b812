using Ccr.ProxyService.Telemetry;

namespace Ccr.ProxyService.Usage;

/// <summary>One call to a provider.</summary>
/// <param name="Provider">The provider's configured name.</param>
/// <param name="Model">The model as sent.</param>
/// <param name="Status">The provider's HTTP status; 0 when none came.</param>
/// <param name="Failure">A short stable word; null when this attempt gave the answer.</param>
/// <param name="Duration">From sending to the end of its answer, or to the failure.</param>
internal sealed record AttemptRecord(string Provider, string Model, int Status, string? Failure, TimeSpan Duration)
{
    /// <summary>What was done to the request because the target had refused it as it was; null for nothing.</summary>
    public string? Repair { get; init; }

    /// <summary>Tokens as the provider reported them for this call.</summary>
    public TokenUsage Tokens { get; init; }

    /// <summary>What they cost in dollars; null when there are none, or their price is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>What the semantic conventions for generative AI call its target; null leaves it to the names above.</summary>
    public GenAiTarget? GenAi { get; init; }

    /// <summary>From sending to the first content; null when none came.</summary>
    public TimeSpan? FirstContent { get; init; }

    /// <summary>True when this call cost something and nobody knows how much: tokens without a price, or an answer, even the beginning of one, without a count.</summary>
    public bool IsUnpriced => Cost is null && (Failure is null || FirstContent is not null || !Tokens.IsZero);
}
