namespace Ccr.ProxyService.Modes;

/// <summary>The answer of /api/comparisons: newest first.</summary>
/// <param name="Running">Copies on their way.</param>
/// <param name="Dropped">Copies that were not made because too many were on their way.</param>
/// <param name="Comparisons">The last finished ones.</param>
internal sealed record ComparisonList(int Running, long Dropped, IReadOnlyList<Comparison> Comparisons);
