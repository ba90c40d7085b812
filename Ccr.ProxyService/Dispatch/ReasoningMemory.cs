using Ccr.Protocols.Requests;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// The reasoning before the newest tool calls, for providers that refuse a turn without it when the client could not keep it. Bounded by number and size; the oldest
/// go first. In memory only: after a restart the encoders fall back to what the providers document for that case.
/// </summary>
internal sealed class ReasoningMemory : IReasoningMemory
{
    private const int MostEntries = 4096;
    private const int MostBytes = 32 * 1024 * 1024;
    private const int LargestEntry = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Id, RememberedReasoning Reasoning)>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Id, RememberedReasoning Reasoning)> _byAge = new();
    private long _bytes;

    /// <inheritdoc/>
    public RememberedReasoning? Find(ReadOnlySpan<byte> toolUseId)
    {
        var id = System.Text.Encoding.UTF8.GetString(toolUseId);
        lock (_lock)
        {
            return _byId.TryGetValue(id, out var node) ? node.Value.Reasoning : null;
        }
    }

    /// <summary>Keeps the reasoning of a call.</summary>
    public void Keep(ReadOnlySpan<byte> toolUseId, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        if (text.Length + signature.Length is 0 or > LargestEntry)
        {
            return;
        }

        var id = System.Text.Encoding.UTF8.GetString(toolUseId);
        var reasoning = new RememberedReasoning(text.ToArray(), signature.ToArray());
        lock (_lock)
        {
            if (_byId.Remove(id, out var old))
            {
                Forget(old);
            }

            _byId[id] = _byAge.AddLast((id, reasoning));
            _bytes += Size(reasoning);
            while (_byAge.First is { } oldest && (_byAge.Count > MostEntries || _bytes > MostBytes))
            {
                _byId.Remove(oldest.Value.Id);
                Forget(oldest);
            }
        }
    }

    private static int Size(RememberedReasoning reasoning) => reasoning.Text.Length + reasoning.Signature.Length;

    private void Forget(LinkedListNode<(string Id, RememberedReasoning Reasoning)> node)
    {
        _bytes -= Size(node.Value.Reasoning);
        _byAge.Remove(node);
    }
}
