namespace Ccr.ProxyService.Usage;

/// <summary>The places of one provider.</summary>
/// <param name="Name">The provider.</param>
/// <param name="Active">Calls under way.</param>
/// <param name="Queued">Calls that wait for a place.</param>
internal sealed record ProviderState(string Name, int Active, int Queued);
