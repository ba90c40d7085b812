using System.Buffers;
using System.Text.Unicode;
using Ccr.Tokenization.Pieces;

namespace Ccr.Tokenization;

/// <summary>
/// Counts a text that comes in parts, wherever it is cut (also inside a code point); the result equals
/// <see cref="BpeEncoding.CountTokens"/> of the parts joined. It holds no more than about twice the longest run that one
/// piece of the pattern can cover, and looks at held text again only when it has doubled, so the work stays linear. Not
/// safe for several threads at once.
/// </summary>
public sealed class IncrementalCounter(BpeEncoding encoding)
{
    /// <summary>What is taken in at a time, so that a huge part is not copied whole.</summary>
    private const int Slice = 16 * 1024;

    private readonly BpeEncoding _encoding = encoding ?? throw new ArgumentNullException(nameof(encoding));
    private readonly byte[] _tail = new byte[4];
    private byte[] _held = [];
    private int _heldLength;
    private int _tailLength;
    private int _scanAt;
    private long _tokens;

    /// <summary>How many bytes are held because what follows may still change how they are cut.</summary>
    internal int HeldBytes => _heldLength + _tailLength;

    /// <summary>Adds the next part of the text.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        while (_tailLength > 0 && !utf8.IsEmpty)
        {
            // The code point that the last part left open: byte by byte until it is whole or proves bad.
            _tail[_tailLength++] = utf8[0];
            utf8 = utf8[1..];
            var open = Utf8Repair.OpenTail(_tail.AsSpan(0, _tailLength));
            if (open < _tailLength)
            {
                var whole = _tailLength - open;
                Take(_tail.AsSpan(0, whole));
                _tail.AsSpan(whole, open).CopyTo(_tail);
                _tailLength = open;
            }
        }

        while (!utf8.IsEmpty)
        {
            var part = utf8[..Math.Min(Slice, utf8.Length)];
            var open = Utf8Repair.OpenTail(part);
            Take(part[..^open]);
            if (part.Length == utf8.Length)
            {
                part[^open..].CopyTo(_tail);
                _tailLength = open;
                return;
            }

            utf8 = utf8[(part.Length - open)..];
        }
    }

    /// <summary>The number of tokens of everything appended; the counter is then empty and can count the next text.</summary>
    public long Finish()
    {
        if (_tailLength > 0)
        {
            Take(_tail.AsSpan(0, _tailLength));
            _tailLength = 0;
        }

        var tokens = _tokens + _encoding.CountDecided(_held.AsSpan(0, _heldLength), final: true, out _);
        if (_held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_held);
            _held = [];
        }

        _heldLength = 0;
        _scanAt = 0;
        _tokens = 0;
        return tokens;
    }

    /// <summary>Takes in text that ends between code points, and counts what has become certain.</summary>
    private void Take(ReadOnlySpan<byte> text)
    {
        var valid = Utf8.IsValid(text);
        Reserve(_heldLength + (valid ? text.Length : text.Length * Utf8Repair.MaxGrowth));
        var free = _held.AsSpan(_heldLength);
        if (valid)
        {
            text.CopyTo(free);
            _heldLength += text.Length;
        }
        else
        {
            _heldLength += Utf8Repair.Repair(text, free);
        }

        if (_heldLength < _scanAt)
        {
            return;
        }

        _tokens += _encoding.CountDecided(_held.AsSpan(0, _heldLength), final: false, out var consumed);
        _held.AsSpan(consumed, _heldLength - consumed).CopyTo(_held);
        _heldLength -= consumed;
        _scanAt = 2 * _heldLength;
    }

    private void Reserve(int length)
    {
        if (_held.Length >= length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, 4096));
        _held.AsSpan(0, _heldLength).CopyTo(larger);
        if (_held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_held);
        }

        _held = larger;
    }
}
