namespace Ccr.ProxyService.Configuration;

/// <summary>What one request may cost in tries and time before it is given up (Budget).</summary>
internal sealed record BudgetConfig
{
    /// <summary>Calls to providers, all targets and retries together (maxAttempts). Default 10.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Time after which no further call is begun (maxMs). Default 5 minutes.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(5);
}
