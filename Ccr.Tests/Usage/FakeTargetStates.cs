using Ccr.ProxyService.Usage;

namespace Ccr.Tests.Usage;

internal sealed class FakeTargetStates : ITargetStates
{
    public IReadOnlyList<TargetState> Snapshot() =>
    [
        new("a,m", ["default", "tier-1"], "failing", null, "server", 0, 1),
        new("b,m2", ["think"], "ok", 0.4, null, 1, 0),
    ];
}
