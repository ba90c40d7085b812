using System.Buffers;
using System.Text;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Finds the first of some texts in an escaped text that comes in pieces, as a person would see it: "\n", "\u00e9" and halves of surrogate pairs match their
/// plain forms. It follows all texts at once by the method of Knuth, Morris and Pratt, over UTF-16 units; what could become a match is held back.
/// A piece is text without cut escapes or characters, as JSON strings are.
/// </summary>
internal sealed class EscapedMatcher
{
    private readonly string[] _texts;
    private readonly int[][] _failures;
    private readonly int[] _states;
    private readonly SearchValues<byte> _beginnings;
    private readonly ArrayBufferWriter<byte> _held = new(64);
    private readonly long[] _starts;
    private long _units;

    /// <summary>Looks for these texts; empty ones are left out, their places kept.</summary>
    public EscapedMatcher(IReadOnlyList<EscapedText> texts)
    {
        _texts = new string[texts.Count];
        _failures = new int[texts.Count][];
        _states = new int[texts.Count];
        var beginnings = new byte[1 + texts.Count];
        beginnings[0] = (byte)'\\';
        var count = 1;
        var longest = 0;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < texts.Count; i++)
        {
            _texts[i] = texts[i].ToString();
            _failures[i] = Failures(_texts[i]);
            longest = Math.Max(longest, _texts[i].Length);
            if (_texts[i].Length > 0)
            {
                // The first byte of the first character is enough to tell that nothing begins here.
                Rune.DecodeFromUtf16(_texts[i], out var rune, out _);
                rune.EncodeToUtf8(utf8);
                beginnings[count++] = utf8[0];
            }
        }

        _beginnings = SearchValues.Create(beginnings.AsSpan(0, count));
        _starts = new long[longest + 1];
    }

    /// <summary>What was held back of earlier pieces, escaped.</summary>
    public ReadOnlySpan<byte> Held => _held.WrittenSpan;

    /// <summary>
    /// Goes through a piece. What may be handed on is the beginning of <see cref="Held"/> and then the beginning of the piece; afterwards the caller tells
    /// <see cref="Keep"/> or <see cref="Reset"/>. Returns the number of the text that was found, or -1; then the piece goes on at <paramref name="next"/>.
    /// </summary>
    public int Scan(ReadOnlySpan<byte> piece, out int fromHeld, out int fromPiece, out int next)
    {
        next = piece.Length;
        if (_held.WrittenCount == 0 && piece.IndexOfAny(_beginnings) < 0)
        {
            (fromHeld, fromPiece) = (0, piece.Length);
            return -1;
        }

        // Places count from the first held byte; the piece begins after the held ones.
        var heldLength = _held.WrittenCount;
        for (var at = 0; at < piece.Length;)
        {
            var length = Unit(piece[at..], out var first, out var second);
            var found = Step(first, heldLength + at);
            if (found < 0 && second != 0)
            {
                found = Step(second, heldLength + at);
            }

            at += length;
            if (found >= 0)
            {
                next = at;
                Split(StartOfLast(_texts[found].Length), heldLength, out fromHeld, out fromPiece);
                return found;
            }
        }

        var longest = 0;
        foreach (var state in _states)
        {
            longest = Math.Max(longest, state);
        }

        Split(longest == 0 ? heldLength + piece.Length : StartOfLast(longest), heldLength, out fromHeld, out fromPiece);
        return -1;
    }

    /// <summary>After <see cref="Scan"/> found nothing: keeps what was not handed on.</summary>
    public void Keep(ReadOnlySpan<byte> piece, int fromHeld, int fromPiece)
    {
        var rest = _held.WrittenCount - fromHeld;
        if (rest == 0 && fromPiece == piece.Length)
        {
            _held.ResetWrittenCount();
            return;
        }

        if (fromHeld > 0)
        {
            // Rare: what was held turned out to be no match, or not all of it.
            Span<byte> kept = stackalloc byte[Math.Min(rest, 256)];
            var left = rest <= 256 ? kept : new byte[rest];
            _held.WrittenSpan[fromHeld..].CopyTo(left);
            _held.ResetWrittenCount();
            _held.Write(left);
        }

        _held.Write(piece[fromPiece..]);
        for (var i = 0; i < _starts.Length; i++)
        {
            _starts[i] -= fromHeld + fromPiece;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _held.ResetWrittenCount();
        Array.Clear(_states);
        _units = 0;
    }

    private static void Split(long end, int heldLength, out int fromHeld, out int fromPiece)
    {
        fromHeld = (int)Math.Min(end, heldLength);
        fromPiece = (int)end - fromHeld;
    }

    private long StartOfLast(int units) => _starts[(_units - units) % _starts.Length];

    /// <summary>Advances all texts by one unit; returns the longest that is complete, or -1.</summary>
    private int Step(char unit, long start)
    {
        _starts[_units % _starts.Length] = start;
        _units++;
        var found = -1;
        for (var i = 0; i < _texts.Length; i++)
        {
            var text = _texts[i];
            if (text.Length == 0)
            {
                continue;
            }

            var state = _states[i];
            while (state > 0 && text[state] != unit)
            {
                state = _failures[i][state - 1];
            }

            state += text[state] == unit ? 1 : 0;
            if (state == text.Length && (found < 0 || text.Length > _texts[found].Length))
            {
                found = i;
            }

            // A complete text ends the search, so its state never is looked at again.
            _states[i] = state == text.Length ? 0 : state;
        }

        return found;
    }

    /// <summary>The first character of an escaped text as one or two UTF-16 units; returns its length in bytes.</summary>
    private static int Unit(ReadOnlySpan<byte> escaped, out char first, out char second)
    {
        second = '\0';
        if (escaped[0] == '\\' && escaped.Length > 1)
        {
            if (escaped[1] == 'u' && escaped.Length >= 6 && System.Buffers.Text.Utf8Parser.TryParse(escaped[2..6], out ushort code, out var used, 'x') && used == 4)
            {
                first = (char)code;
                return 6;
            }

            first = escaped[1] switch
            {
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                var other => (char)other,
            };
            return 2;
        }

        if (escaped[0] < 0x80)
        {
            first = (char)escaped[0];
            return 1;
        }

        Rune.DecodeFromUtf8(escaped, out var rune, out var length);
        Span<char> units = stackalloc char[2];
        var count = rune.EncodeToUtf16(units);
        first = units[0];
        second = count > 1 ? units[1] : '\0';
        return length;
    }

    private static int[] Failures(string text)
    {
        var failures = new int[text.Length];
        for (var i = 1; i < text.Length; i++)
        {
            var state = failures[i - 1];
            while (state > 0 && text[state] != text[i])
            {
                state = failures[state - 1];
            }

            failures[i] = state + (text[state] == text[i] ? 1 : 0);
        }

        return failures;
    }
}
