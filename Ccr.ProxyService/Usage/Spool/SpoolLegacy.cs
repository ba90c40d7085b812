namespace Ccr.ProxyService.Usage;

/// <summary>What a process that is gone has left, under its own name and numbers. While it is held nobody else takes it.</summary>
/// <param name="units">Its units.</param>
/// <param name="remove">Removes the file.</param>
/// <param name="held">The lock.</param>
internal sealed class SpoolLegacy(List<RedisUnit> units, Func<bool> remove, IDisposable held) : IDisposable
{
    /// <summary>The units that may go out now: of each tag the first that is not applied.</summary>
    public IEnumerable<RedisUnit> Next() => units.Where(u => !u.IsApplied).GroupBy(u => u.Tag, StringComparer.Ordinal).Select(g => g.MinBy(u => u.Number)!);

    /// <summary>Removes the file once Redis has all of it; true when that is done.</summary>
    public bool TryFinish() => units.TrueForAll(u => u.IsApplied) && remove();

    /// <summary>Lets go of the file without removing it; the next one who looks takes it.</summary>
    public void Dispose() => held.Dispose();
}
