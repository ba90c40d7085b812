using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>A request that a provider refused.</summary>
/// <param name="Request">What the client asked, in neutral terms.</param>
/// <param name="Options">Whom it was encoded for.</param>
/// <param name="Target">The provider's dialect.</param>
/// <param name="Body">The body as it was sent; not kept beyond the call.</param>
public sealed record SentRequest(CanonicalRequest Request, TargetOptions Options, Dialect Target, ReadOnlyMemory<byte> Body)
{
    /// <summary>The names in the anthropic-beta header as it was sent.</summary>
    public IReadOnlyList<string> Betas { get; init; } = [];

    /// <summary>True when the client speaks the provider's dialect, so that its own order and spelling went out.</summary>
    public bool IsSameDialect => Request.Dialect == Target;
}
