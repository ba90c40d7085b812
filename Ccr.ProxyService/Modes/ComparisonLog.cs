namespace Ccr.ProxyService.Modes;

/// <summary>The last comparisons, in memory only.</summary>
internal sealed class ComparisonLog
{
    private const int Kept = 100;

    private readonly LinkedList<Comparison> _list = new();
    private readonly Lock _lock = new();

    /// <summary>Keeps one more.</summary>
    public void Add(Comparison comparison)
    {
        lock (_lock)
        {
            _list.AddFirst(comparison);
            if (_list.Count > Kept)
            {
                _list.RemoveLast();
            }
        }
    }

    /// <summary>All that are kept, newest first.</summary>
    public IReadOnlyList<Comparison> Read()
    {
        lock (_lock)
        {
            return [.. _list];
        }
    }

    /// <summary>Forgets the texts of all.</summary>
    public void ForgetTexts()
    {
        lock (_lock)
        {
            for (var node = _list.First; node is not null; node = node.Next)
            {
                node.Value = node.Value with { Primary = node.Value.Primary with { Text = null }, Copy = node.Value.Copy with { Text = null } };
            }
        }
    }
}
