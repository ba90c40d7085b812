using Ccr.Protocols.Canonical;

namespace Ccr.ProxyService.Usage;

/// <summary>One thing that a translation could not carry over, as JSON.</summary>
/// <param name="Path">The field in the client's request.</param>
/// <param name="Action">"dropped" or "changed".</param>
/// <param name="Reason">Why.</param>
internal sealed record LossPart(string Path, string Action, string Reason)
{
    /// <summary>The word for what became of a field.</summary>
    public static string Word(LossAction action) => action == LossAction.Dropped ? "dropped" : "changed";
}
