using System.Buffers;

namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>
/// Reads requests (multibulk or inline) from bytes that arrive in any pieces. What it has understood it keeps and consumes, so no
/// byte is looked at again when more arrive.
/// </summary>
internal sealed class RequestParser
{
    private const int MaxLineLength = 64 * 1024;
    private const int MaxUnauthenticatedArguments = 10;
    private const int MaxUnauthenticatedBulk = 16 * 1024;
    private readonly List<byte[]> _arguments = [];
    private long _missing;
    private long _bulkLength = -1;

    /// <summary>Whether the client has proven who it is; before that only small requests are read.</summary>
    public bool Authenticated { get; set; } = true;

    /// <summary>The longest argument accepted, in bytes.</summary>
    public long MaxBulkLength { get; set; } = 512L * 1024 * 1024;

    /// <summary>Takes one request from the buffer and advances it; an empty request is an empty array. False: more bytes are needed.</summary>
    /// <exception cref="ProtocolException">The bytes are no request.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out byte[][] arguments)
    {
        arguments = [];
        if (_missing == 0)
        {
            if (buffer.IsEmpty)
            {
                return false;
            }

            if (buffer.FirstSpan[0] != '*')
            {
                return TryReadInline(ref buffer, out arguments);
            }

            if (!TryReadHeader(ref buffer, "too big mbulk count string", out var line))
            {
                return false;
            }

            _missing = ParseCount(line);
            if (_missing == 0)
            {
                return true;
            }
        }

        while (_missing > 0)
        {
            if (!TryReadArgument(ref buffer))
            {
                return false;
            }
        }

        arguments = [.. _arguments];
        _arguments.Clear();
        return true;
    }

    private bool TryReadArgument(ref ReadOnlySequence<byte> buffer)
    {
        if (_bulkLength < 0)
        {
            if (!TryReadHeader(ref buffer, "too big bulk count string", out var line))
            {
                return false;
            }

            _bulkLength = ParseBulkLength(line);
        }

        // The two bytes after an argument are skipped unseen, as Redis does.
        if (buffer.Length < _bulkLength + 2)
        {
            return false;
        }

        _arguments.Add(buffer.Slice(0, _bulkLength).ToArray());
        buffer = buffer.Slice(_bulkLength + 2);
        _bulkLength = -1;
        _missing--;
        return true;
    }

    private long ParseCount(byte[] line)
    {
        if (!Integers.TryParse(line.AsSpan(1), out var count) || count > int.MaxValue)
        {
            throw new ProtocolException("invalid multibulk length");
        }

        if (count > MaxUnauthenticatedArguments && !Authenticated)
        {
            throw new ProtocolException("unauthenticated multibulk length");
        }

        return Math.Max(count, 0);
    }

    private long ParseBulkLength(byte[] line)
    {
        if (line is not [(byte)'$', ..])
        {
            throw new ProtocolException($"expected '$', got '{(line.Length == 0 ? ' ' : (char)line[0])}'");
        }

        if (!Integers.TryParse(line.AsSpan(1), out var length) || length < 0 || length > MaxBulkLength)
        {
            throw new ProtocolException("invalid bulk length");
        }

        if (length > MaxUnauthenticatedBulk && !Authenticated)
        {
            throw new ProtocolException("unauthenticated bulk length");
        }

        return length;
    }

    private static bool TryReadHeader(ref ReadOnlySequence<byte> buffer, string tooLong, out byte[] line)
    {
        line = [];
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> found, (byte)'\r'))
        {
            return buffer.Length > MaxLineLength ? throw new ProtocolException(tooLong) : false;
        }

        if (reader.Remaining == 0)
        {
            return false;
        }

        line = found.ToArray();
        reader.Advance(1);
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    private static bool TryReadInline(ref ReadOnlySequence<byte> buffer, out byte[][] arguments)
    {
        arguments = [];
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> found, (byte)'\n'))
        {
            return buffer.Length > MaxLineLength ? throw new ProtocolException("too big inline request") : false;
        }

        var line = found.ToArray().AsSpan();
        if (!InlineArguments.TrySplit(line is [.., (byte)'\r'] ? line[..^1] : line, out arguments))
        {
            throw new ProtocolException("unbalanced quotes in request");
        }

        buffer = buffer.Slice(reader.Position);
        return true;
    }
}
