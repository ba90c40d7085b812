using System.Buffers;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Cuts a stream that is one JSON array, or one object after the other, into its objects, fed in any pieces: the form of a Gemini stream that was asked for
/// without alt=sse. Counts braces outside strings; everything between objects is skipped.
/// </summary>
internal sealed class JsonFrameSplitter(int maxFrameBytes = 64 * 1024 * 1024)
{
    private ArrayBufferWriter<byte>? _kept;
    private int _depth;
    private bool _inString;
    private bool _escaped;

    /// <summary>True after an object grew past the limit; nothing is cut from then on.</summary>
    public bool TooLarge { get; private set; }

    /// <summary>Cuts the next piece, calling the handler for every object it completes.</summary>
    public void Feed(ReadOnlySpan<byte> piece, ISseHandler handler)
    {
        var start = _depth > 0 ? 0 : -1;
        for (var i = 0; i < piece.Length && !TooLarge; i++)
        {
            var b = piece[i];
            if (_inString)
            {
                if (_escaped)
                {
                    _escaped = false;
                }
                else if (b == '\\')
                {
                    _escaped = true;
                }
                else if (b == '"')
                {
                    _inString = false;
                }
            }
            else if (b == '"')
            {
                _inString = _depth > 0;
            }
            else if (b == '{')
            {
                if (_depth++ == 0)
                {
                    start = i;
                }
            }
            else if (b == '}' && _depth > 0 && --_depth == 0)
            {
                Hand(piece[start..(i + 1)], handler);
                start = -1;
            }
        }

        if (start >= 0 && _depth > 0)
        {
            Keep(piece[start..]);
        }
    }

    private void Hand(ReadOnlySpan<byte> end, ISseHandler handler)
    {
        if (_kept is not { WrittenCount: > 0 })
        {
            handler.OnEvent(default, ValidUtf8.Of(end));
            return;
        }

        Keep(end);
        handler.OnEvent(default, ValidUtf8.Of(_kept.WrittenSpan));
        _kept.ResetWrittenCount();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _kept ??= new(Math.Max(4096, bytes.Length));
        if (_kept.WrittenCount + bytes.Length > maxFrameBytes)
        {
            TooLarge = true;
            return;
        }

        _kept.Write(bytes);
    }
}
