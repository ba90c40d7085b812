namespace Ccr.ProxyService.Usage;

/// <summary>The first line of a spool file: whose it is, and what the lines after it must be.</summary>
/// <param name="Version">The form of the file.</param>
/// <param name="Instance">The process that counted it.</param>
/// <param name="Fields">The counters' names in the order of the values.</param>
/// <param name="WrittenAt">When it was written, UTC.</param>
/// <param name="Sha256">Of everything after the first line.</param>
internal sealed record SpoolHead(int Version, string Instance, IReadOnlyList<string> Fields, DateTime WrittenAt, string Sha256);
