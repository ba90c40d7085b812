using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>How a call to a provider ended.</summary>
/// <param name="Error">The failure; null when the answer was complete.</param>
/// <param name="Committed">True when the client has got a part of it, so that no other target may answer.</param>
/// <param name="ClientGone">True when the client left; nobody's failure.</param>
/// <param name="Verbatim">The provider's own error answer in the client's protocol, to be passed on as it is; null when there is none.</param>
internal sealed record AttemptOutcome(ProviderError? Error, bool Committed, bool ClientGone = false, VerbatimAnswer? Verbatim = null)
{
    /// <summary>The answer is complete.</summary>
    public static readonly AttemptOutcome Complete = new(null, true);

    /// <summary>The client left.</summary>
    public static readonly AttemptOutcome Abandoned = new(null, true, true);
}
