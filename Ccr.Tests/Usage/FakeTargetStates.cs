using Ccr.ProxyService.Usage;

namespace Ccr.Tests.Usage;

internal sealed class FakeTargetStates : ITargetStates
{
    public IReadOnlyList<TargetState> Snapshot() =>
    [
        new("a,m", ["default", "tier-1"], "failing", null, "server", 0, 1)
        {
            Breaker = "open", OpenUntil = Samples.Start.UtcDateTime, Refusals = new Dictionary<string, long> { ["open"] = 3 }, RateLimitHits = 2, RateLimitBackoffs = 1,
        },
        new("b,m2", ["think"], "ok", 0.4, null, 1, 0) { Samples = 1, Keys = 2, CoolingKeys = 1, Active = 1, Queued = 4 },
    ];

    public IReadOnlyList<ProviderState> Providers() => [new("b", 1, 4)];
}
