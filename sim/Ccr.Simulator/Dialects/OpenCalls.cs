namespace Ccr.Simulator.Dialects;

/// <summary>The tool calls of the last assistant turn and what has come back for them.</summary>
internal sealed class OpenCalls
{
    private readonly List<string> _ids = [];
    private readonly Dictionary<string, string> _results = new(StringComparer.Ordinal);

    /// <summary>Calls in this turn.</summary>
    public int Count => _ids.Count;

    /// <summary>Ids of calls without result.</summary>
    public IEnumerable<string> Pending => _ids.Where(id => !_results.ContainsKey(id));

    /// <summary>The results in the order of the calls: agents may hand them back in the order in which the tools were done.</summary>
    public IReadOnlyList<string> Results => [.. _ids.Where(_results.ContainsKey).Select(id => _results[id])];

    public void Call(string id) => _ids.Add(id);

    /// <summary>Takes a result; false when no call waits for it.</summary>
    public bool Answer(string id, string text) => _ids.Contains(id) && _results.TryAdd(id, text);

    /// <summary>Begins a new turn.</summary>
    public void Clear()
    {
        _ids.Clear();
        _results.Clear();
    }
}
