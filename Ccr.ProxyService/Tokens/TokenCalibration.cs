namespace Ccr.ProxyService.Tokens;

/// <summary>The factor on a target's counts and where it comes from.</summary>
/// <param name="Factor">What a count is multiplied with.</param>
/// <param name="Samples">How many compared requests it was learned from; 0 when it was not learned.</param>
/// <param name="IsConfigured">True when the configuration sets it.</param>
internal readonly record struct TokenCalibration(double Factor, long Samples, bool IsConfigured);
