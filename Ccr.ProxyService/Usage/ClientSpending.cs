namespace Ccr.ProxyService.Usage;

/// <summary>What all tries of a request cost together.</summary>
/// <param name="Micro">Millionths of a dollar.</param>
/// <param name="Pico">10^-12 dollars below one of those.</param>
/// <param name="IsUnpriced">True when a part of it is not known.</param>
internal readonly record struct ClientSpending(long Micro, long Pico, bool IsUnpriced);
