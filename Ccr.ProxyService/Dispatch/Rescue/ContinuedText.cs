using System.Buffers;
using System.Text;
using Ccr.Protocols.Json;

namespace Ccr.ProxyService.Dispatch.Rescue;

/// <summary>
/// Fits the text of a continuation to what the client has got already. A model may go on where the text ends, as it was asked to, repeat its last words, or begin
/// anew; what was sent is never sent twice. Text is held only while it may still turn out to be a repetition.
/// </summary>
internal sealed class ContinuedText
{
    // An agreement shorter than this is chance; a repetition of more than this many bytes at the seam is not looked for.
    private const int ShortestOverlap = 12;
    private const int LongestOverlap = 256;
    private const int ShortestRestart = 24;

    private readonly byte[] _sent;
    private readonly byte[] _blanks;
    private readonly bool _mayOverlap;
    private readonly ArrayBufferWriter<byte> _held = new(256);
    private bool _isDecided;

    /// <summary>Follows a text that was sent.</summary>
    /// <param name="sent">All of it, unescaped UTF-8.</param>
    /// <param name="blanks">Its last blanks, where the model was shown the text without them; empty otherwise.</param>
    /// <param name="mayOverlap">True where the model was asked to go on in words, and may take up the last ones again; a prefilled answer never does.</param>
    public ContinuedText(byte[] sent, byte[] blanks, bool mayOverlap)
    {
        _sent = sent;
        _blanks = blanks;
        _mayOverlap = mayOverlap;
        _isDecided = sent.Length == 0;
    }

    /// <summary>Takes the next piece, escaped; returns what may be written now, escaped, valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> escaped)
    {
        if (_isDecided)
        {
            return escaped;
        }

        _held.Write(Encoding.UTF8.GetBytes(EscapedText.Unescape(escaped)));
        return Decide(isEnd: false);
    }

    /// <summary>The text ended: what was held is a repetition, or is written now.</summary>
    public ReadOnlySpan<byte> Finish() => _isDecided ? default : Decide(isEnd: true);

    private ReadOnlySpan<byte> Decide(bool isEnd)
    {
        ReadOnlySpan<byte> text = _held.WrittenSpan;
        if (text.IsEmpty)
        {
            return default;
        }

        var common = text.CommonPrefixLength(_sent);
        if (common == _sent.Length && (_mayOverlap || common >= ShortestRestart))
        {
            // It began anew and has come to where the client stands.
            return Write(text[common..]);
        }

        if (common == text.Length && (!isEnd || (_mayOverlap && common >= ShortestOverlap)))
        {
            // Still on the way there; or it began anew and ended before it got so far.
            return default;
        }

        if (_blanks.Length > 0 && text.Length < _blanks.Length && text.CommonPrefixLength(_blanks) == text.Length && !isEnd)
        {
            return default;
        }

        if (_mayOverlap)
        {
            var overlap = Overlap(text, isEnd, out var mayGrow);
            if (mayGrow)
            {
                return default;
            }

            if (overlap >= ShortestOverlap)
            {
                return Write(text[overlap..]);
            }
        }

        return Write(text[text.CommonPrefixLength(_blanks)..]);
    }

    /// <summary>How many bytes of the text repeat the end of what was sent; <paramref name="mayGrow"/> while more text could make it more.</summary>
    private int Overlap(ReadOnlySpan<byte> text, bool isEnd, out bool mayGrow)
    {
        mayGrow = false;
        var longest = 0;
        var from = Math.Max(0, _sent.Length - LongestOverlap);
        for (var start = from; start < _sent.Length; start++)
        {
            var end = _sent.AsSpan(start);
            if (end.Length <= text.Length)
            {
                if (text.StartsWith(end))
                {
                    longest = Math.Max(longest, end.Length);
                }
            }
            else if (!isEnd && end.Length >= ShortestOverlap && end.StartsWith(text))
            {
                mayGrow = true;
            }
        }

        return longest;
    }

    private ReadOnlySpan<byte> Write(ReadOnlySpan<byte> text)
    {
        _isDecided = true;
        return text.IsEmpty ? default : EscapedText.From(Encoding.UTF8.GetString(text)).Span;
    }
}
