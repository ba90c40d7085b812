using System.Buffers;

namespace Ccr.Protocols.Json;

/// <summary>
/// The usual event of a stream: the one before it in every byte but for the text in it. Whoever has read one such event in full need not read the next: it says the same,
/// with other words.
/// </summary>
/// <remarks>
/// That holds because a JSON reader goes through the same tokens as long as the bytes around the text are the same and what is between them is the content of one string,
/// which is what <see cref="TryMatch"/> makes sure of.
/// </remarks>
public struct RecurringEvent
{
    // The frame of a Chat Completions chunk is 200 to 300 bytes.
    private const int Longest = 1024;

    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static c => (byte)c), (byte)'"', (byte)'\\']);

    private byte[]? _frame;
    private int _before;
    private int _after;

    /// <summary>Remembers an event that was read in full and says nothing but a text; false when it cannot, and what it knew before still holds.</summary>
    /// <param name="data">The event's document.</param>
    /// <param name="text">The text, a slice of it; where it is none, there is nothing to remember.</param>
    public bool Learn(ReadOnlySpan<byte> data, ReadOnlySpan<byte> text)
    {
        var length = data.Length - text.Length;
        if (text.IsEmpty || length > Longest || !data.Overlaps(text, out var start))
        {
            return false;
        }

        _frame ??= new byte[Longest];
        _before = start;
        _after = length - start;
        data[..start].CopyTo(_frame);
        data[(start + text.Length)..].CopyTo(_frame.AsSpan(start));
        return true;
    }

    /// <summary>Whether an event differs from the remembered one in its text only.</summary>
    public readonly bool TryMatch(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_frame is null || data.Length < _before + _after || !data.StartsWith(_frame.AsSpan(0, _before)) || !data.EndsWith(_frame.AsSpan(_before, _after)))
        {
            return false;
        }

        text = data[_before..^_after];
        return IsStringContent(text);
    }

    /// <summary>Whether bytes may stand between the quotes of a JSON string (RFC 8259, section 7).</summary>
    private static bool IsStringContent(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var at = text.IndexOfAny(Special);
            if (at < 0)
            {
                return true;
            }

            if (text[at] != '\\' || at + 1 >= text.Length)
            {
                return false;
            }

            var length = 2;
            switch (text[at + 1])
            {
                case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                    break;
                case (byte)'u' when at + 6 <= text.Length && IsHex(text.Slice(at + 2, 4)):
                    length = 6;
                    break;
                default:
                    return false;
            }

            text = text[(at + length)..];
        }
    }

    private static bool IsHex(ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return false;
            }
        }

        return true;
    }
}
