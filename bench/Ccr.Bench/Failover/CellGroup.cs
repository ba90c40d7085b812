using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>
/// Cells that share a proxy. A client that names its provider falls back to <c>fallback.default</c>, of which a configuration has one: so there is a
/// proxy for each dialect of the upstream, and again for the fallback that refuses a prefill.
/// </summary>
internal readonly record struct CellGroup(WireDialect Upstream, bool RefusesPrefill)
{
    /// <summary>The model of the fallback in this group.</summary>
    public string FallbackModel =>
        $"sim-words={Scenarios.Words}+input-tokens={InputTokens}+output-tokens={OutputTokens}+name=fallback{(RefusesPrefill ? "+no-prefill" : "")}";

    /// <summary>Input tokens that the fallback tells.</summary>
    public const int InputTokens = 123;

    /// <summary>Output tokens that the fallback tells.</summary>
    public const int OutputTokens = 45;

    /// <summary>As <c>--group</c> names it: chat, chat-no-prefill.</summary>
    public override string ToString() => Upstream.ToString().ToLowerInvariant() + (RefusesPrefill ? "-no-prefill" : "");
}
