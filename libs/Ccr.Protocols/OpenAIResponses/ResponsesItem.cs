using System.Buffers;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>One output item while it comes in. Known by its output_index, because some providers change the ids from event to event (P113).</summary>
internal sealed class ResponsesItem(long index, ResponsesItemKind kind)
{
    private const ulong HashSeed = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;

    private readonly List<Part> _parts = [];
    private ArrayBufferWriter<byte>? _pending;

    /// <summary>The provider's output_index.</summary>
    public long Index { get; } = index;

    /// <summary>What it is.</summary>
    public ResponsesItemKind Kind { get; } = kind;

    /// <summary>The provider's id; the one of output_item.done is what it wants back.</summary>
    public byte[] Id { get; set; } = [];

    /// <summary>The id of a call.</summary>
    public byte[] CallId { get; set; } = [];

    /// <summary>The flat name of a called tool.</summary>
    public byte[] Name { get; set; } = [];

    /// <summary>Opaque reasoning, escaped; empty when there is none.</summary>
    public byte[] Encrypted { get; set; } = [];

    /// <summary>A reasoning item as it came, when it says more than its words joined and its opaque part; else empty.</summary>
    public byte[] Original { get; set; } = [];

    /// <summary>A server tool's kind.</summary>
    public ServerToolKind ToolKind { get; set; }

    /// <summary>What a server tool was asked, escaped; for a shim the arguments, escaped.</summary>
    public byte[] Query { get; set; } = [];

    /// <summary>What a web search found: a JSON array, or empty.</summary>
    public byte[] Sources { get; set; } = [];

    /// <summary>True when its block is open at the sink.</summary>
    public bool IsOpen { get; set; }

    /// <summary>True when the provider finished it.</summary>
    public bool IsDone { get; set; }

    /// <summary>True when all of it was handed on.</summary>
    public bool IsClosed { get; set; }

    /// <summary>True when any content was seen, handed on or not.</summary>
    public bool HasContent { get; set; }

    /// <summary>True for reasoning that comes as content rather than as a summary: only the first of both counts (P109).</summary>
    public bool? ReasoningIsContent { get; set; }

    /// <summary>How many citations were seen.</summary>
    public int Citations { get; set; }

    /// <summary>Citations that wait for the item's turn.</summary>
    public List<(byte[] Url, byte[] Title)> PendingCitations { get; } = [];

    /// <summary>Content that waits for the item's turn.</summary>
    public ReadOnlySpan<byte> Pending => _pending is null ? default : _pending.WrittenSpan;

    /// <summary>Keeps content for later.</summary>
    public void Keep(ReadOnlySpan<byte> escaped) => (_pending ??= new(256)).Write(escaped);

    /// <summary>Forgets what was kept after it was handed on.</summary>
    public void ClearPending() => _pending?.ResetWrittenCount();

    /// <summary>Notes a piece of a part as seen; true when it is the part's first and others came before.</summary>
    public bool Note(long part, ReadOnlySpan<byte> escaped)
    {
        ref var state = ref Find(part);
        var isNext = state.Length == 0 && HasContent;
        foreach (var b in escaped)
        {
            state.Hash = (state.Hash ^ b) * HashPrime;
        }

        state.Length += escaped.Length;
        HasContent = true;
        return isNext;
    }

    /// <summary>What of a part's whole content was not seen yet: never anything twice (P155), nothing when it was worded otherwise.</summary>
    public ReadOnlySpan<byte> Missing(long part, ReadOnlySpan<byte> whole)
    {
        ref var state = ref Find(part);
        if (state.Length == 0)
        {
            return whole;
        }

        if (whole.Length <= state.Length)
        {
            return default;
        }

        var hash = HashSeed;
        foreach (var b in whole[..state.Length])
        {
            hash = (hash ^ b) * HashPrime;
        }

        return hash == state.Hash ? whole[state.Length..] : default;
    }

    private ref Part Find(long key)
    {
        var parts = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_parts);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Key == key)
            {
                return ref parts[i];
            }
        }

        _parts.Add(new() { Key = key, Hash = HashSeed });
        return ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_parts)[^1];
    }

    private struct Part
    {
        public long Key;
        public int Length;
        public ulong Hash;
    }
}
