using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text.Json;

namespace Ccr.Protocols.Requests;

/// <summary>
/// Lists of tools that were read before. An agent sends the same one with every request, and it is most of what there is to read in a request that is not long yet:
/// comparing the bytes with those of last time takes a twentieth of reading them.
/// </summary>
internal sealed class KnownTools
{
    private const int MostLists = 64;
    private const int LongestList = 256 * 1024;
    private const int BeginningLength = 512;

    private readonly ConcurrentDictionary<ulong, List> _lists = new();

    /// <summary>Those of this process.</summary>
    public static KnownTools Shared { get; } = new();

    /// <summary>Goes on behind the list that begins where the reader stands, if it is a known one.</summary>
    /// <param name="reader">Stands on the name of the property; on true, it is another reader, on what follows the list.</param>
    /// <param name="rest">What the reader reads; on true, what follows the list.</param>
    /// <param name="hasWebSearch">What the list was found to have.</param>
    public bool TrySkip(ref Utf8JsonReader reader, ref ReadOnlyMemory<byte> rest, out bool hasWebSearch)
    {
        var after = rest[(int)reader.BytesConsumed..];
        var text = after.Span;
        var blanks = text.IndexOf((byte)'[');
        hasWebSearch = false;
        if (blanks is < 0 or > 1 || !_lists.TryGetValue(Hash(text[blanks..]), out var list) || !text[blanks..].StartsWith(list.Bytes))
        {
            return false;
        }

        // The state behind any list is the same: this one takes its place.
        var shortest = new Utf8JsonReader("[]"u8, isFinalBlock: false, reader.CurrentState);
        shortest.Read();
        shortest.Read();
        rest = after[(blanks + list.Bytes.Length)..];
        reader = new(rest.Span, isFinalBlock: true, shortest.CurrentState);
        hasWebSearch = list.HasWebSearch;
        return true;
    }

    /// <summary>Remembers a list that was read.</summary>
    /// <param name="body">The bytes from the list's bracket on; what follows the list counts for finding it again, since its length is not known then.</param>
    /// <param name="length">The list's length.</param>
    /// <param name="hasWebSearch">What it was found to have.</param>
    public void Add(ReadOnlySpan<byte> body, int length, bool hasWebSearch)
    {
        if (length is < BeginningLength or > LongestList)
        {
            return;
        }

        if (_lists.Count >= MostLists)
        {
            _lists.Clear();
        }

        _lists[Hash(body)] = new(body[..length].ToArray(), hasWebSearch);
    }

    private static ulong Hash(ReadOnlySpan<byte> list) => XxHash3.HashToUInt64(list[..Math.Min(list.Length, BeginningLength)]);

    private sealed record List(byte[] Bytes, bool HasWebSearch);
}
