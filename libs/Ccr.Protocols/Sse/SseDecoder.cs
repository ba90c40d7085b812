using System.Buffers;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Sse;

/// <summary>
/// Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2), fed in any pieces. Lines end in LF, CR or CRLF, also when the two
/// are split; a byte order mark is skipped; comments and unknown fields are ignored; several data lines are joined. An event that lies whole in one piece is
/// handed on without being copied.
/// </summary>
public sealed class SseDecoder(int maxEventBytes = 64 * 1024 * 1024) : IDisposable
{
    private const int MaxNameBytes = 64;

    private readonly byte[] _name = new byte[MaxNameBytes];
    private int _nameLength;
    private byte[]? _line;
    private int _lineLength;
    private byte[]? _data;
    private int _dataLength;
    private bool _hasData;
    private bool _skipLineFeed;
    private int _bomSeen;

    /// <summary>True after an event grew past the limit; nothing is decoded from then on.</summary>
    public bool TooLarge { get; private set; }

    /// <summary>True while bytes of an unfinished event are held.</summary>
    public bool HasPartialEvent => _lineLength > 0 || _hasData;

    /// <summary>Decodes the next piece, calling the handler for every event it completes.</summary>
    public void Feed(ReadOnlySpan<byte> piece, ISseHandler handler)
    {
        // Data of the event under construction that lies whole in this piece: not copied unless the piece ends first.
        ReadOnlySpan<byte> inPlace = default;
        var hasInPlace = false;

        if (_bomSeen >= 0)
        {
            piece = SkipByteOrderMark(piece);
        }

        while (!piece.IsEmpty && !TooLarge)
        {
            if (_skipLineFeed)
            {
                _skipLineFeed = false;
                if (piece[0] == '\n')
                {
                    piece = piece[1..];
                    continue;
                }
            }

            var end = piece.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Append(ref _line, ref _lineLength, piece);
                break;
            }

            _skipLineFeed = piece[end] == '\r';
            ReadOnlySpan<byte> line;
            var whole = _lineLength == 0;
            if (whole)
            {
                line = piece[..end];
            }
            else
            {
                Append(ref _line, ref _lineLength, piece[..end]);
                line = _line.AsSpan(0, _lineLength);
                _lineLength = 0;
            }

            piece = piece[(end + 1)..];

            if (line.IsEmpty)
            {
                if (hasInPlace)
                {
                    Hand(handler, inPlace);
                    hasInPlace = false;
                }
                else if (_hasData)
                {
                    Hand(handler, _data.AsSpan(0, _dataLength));
                }

                ResetEvent();
                continue;
            }

            if (!TryField(line, "data"u8, out var value))
            {
                if (TryField(line, "event"u8, out var name))
                {
                    SetName(name);
                }

                continue;
            }

            if (hasInPlace)
            {
                AppendData(inPlace);
                hasInPlace = false;
            }

            if (whole && !_hasData)
            {
                inPlace = value;
                hasInPlace = true;
            }
            else
            {
                AppendData(value);
            }
        }

        if (hasInPlace)
        {
            AppendData(inPlace);
        }
    }

    /// <summary>The stream is over: a last event without its blank line still counts.</summary>
    public void Complete(ISseHandler handler)
    {
        if (_lineLength > 0)
        {
            Feed("\n"u8, handler);
        }

        if (_hasData && !TooLarge)
        {
            Hand(handler, _data.AsSpan(0, _dataLength));
        }

        ResetEvent();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(ref _line);
        Return(ref _data);
        _lineLength = _dataLength = 0;
    }

    private static bool TryField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(field))
        {
            return false;
        }

        if (line.Length == field.Length)
        {
            return true;
        }

        if (line[field.Length] != ':')
        {
            return false;
        }

        value = line[(field.Length + 1)..];
        if (!value.IsEmpty && value[0] == ' ')
        {
            value = value[1..];
        }

        return true;
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }

    private ReadOnlySpan<byte> SkipByteOrderMark(ReadOnlySpan<byte> piece)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        while (!piece.IsEmpty && _bomSeen < mark.Length && piece[0] == mark[_bomSeen])
        {
            _bomSeen++;
            piece = piece[1..];
        }

        if (_bomSeen == mark.Length)
        {
            _bomSeen = -1;
        }
        else if (!piece.IsEmpty)
        {
            // No mark after all: what was taken for its beginning belongs to the first line.
            Append(ref _line, ref _lineLength, mark[.._bomSeen]);
            _bomSeen = -1;
        }

        return piece;
    }

    /// <summary>Hands on an event; its bytes are decoded as UTF-8 as the standard says, with U+FFFD for what is none.</summary>
    private void Hand(ISseHandler handler, ReadOnlySpan<byte> data) => handler.OnEvent(_name.AsSpan(0, _nameLength), ValidUtf8.Of(data));

    private void SetName(ReadOnlySpan<byte> name)
    {
        _nameLength = Math.Min(name.Length, MaxNameBytes);
        name[.._nameLength].CopyTo(_name);
    }

    private void AppendData(ReadOnlySpan<byte> value)
    {
        if (_hasData)
        {
            Append(ref _data, ref _dataLength, "\n"u8);
        }

        _hasData = true;
        Append(ref _data, ref _dataLength, value);
    }

    private void Append(ref byte[]? buffer, ref int length, ReadOnlySpan<byte> bytes)
    {
        if ((long)length + bytes.Length > maxEventBytes)
        {
            TooLarge = true;
            return;
        }

        if (buffer is null || buffer.Length < length + bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, Math.Max(length + bytes.Length, (buffer?.Length ?? 0) * 2)));
            buffer.AsSpan(0, length).CopyTo(larger);
            Return(ref buffer);
            buffer = larger;
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private void ResetEvent()
    {
        _nameLength = 0;
        _dataLength = 0;
        _hasData = false;
    }
}
