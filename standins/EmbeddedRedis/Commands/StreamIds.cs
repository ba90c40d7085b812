using System.Globalization;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Stream ids as text.</summary>
internal static class StreamIds
{
    /// <summary>"ms" or "ms-seq".</summary>
    /// <param name="text">The id.</param>
    /// <param name="missingSequence">The sequence number of an id without one.</param>
    public static StreamId Parse(ReadOnlySpan<byte> text, ulong missingSequence) =>
        TryParse(text, missingSequence, out var id) ? id : throw Invalid();

    /// <summary>The same, or "-" and "+" for the least and the greatest.</summary>
    public static StreamId ParseOrEnd(ReadOnlySpan<byte> text, ulong missingSequence) => text switch
    {
        [(byte)'-'] => StreamId.Zero,
        [(byte)'+'] => StreamId.Max,
        _ => Parse(text, missingSequence),
    };

    /// <summary>An end of an interval, which a parenthesis excludes.</summary>
    public static StreamId ParseStart(byte[] text)
    {
        if (!IsExcluded(text))
        {
            return ParseOrEnd(text, 0);
        }

        return Parse(text.AsSpan(1), 0).TryNext(out var next) ? next : throw new RedisErrorException("ERR invalid start ID for the interval");
    }

    public static StreamId ParseEnd(byte[] text)
    {
        if (!IsExcluded(text))
        {
            return ParseOrEnd(text, ulong.MaxValue);
        }

        return Parse(text.AsSpan(1), ulong.MaxValue).TryPrevious(out var previous) ? previous : throw new RedisErrorException("ERR invalid end ID for the interval");
    }

    /// <summary>Whether the id asks for the next sequence number ("ms-*"); if so, its milliseconds.</summary>
    public static bool IsPartial(ReadOnlySpan<byte> text, out ulong milliseconds)
    {
        milliseconds = 0;
        return text.EndsWith("-*"u8) && TryParseNumber(text[..^2], out milliseconds);
    }

    public static RedisErrorException Invalid() => new("ERR Invalid stream ID specified as stream command argument");

    private static bool IsExcluded(byte[] text) => text.Length > 1 && text[0] == '(';

    private static bool TryParse(ReadOnlySpan<byte> text, ulong missingSequence, out StreamId id)
    {
        var dash = text.IndexOf((byte)'-');
        var sequence = missingSequence;
        var valid = TryParseNumber(dash < 0 ? text : text[..dash], out var milliseconds)
            && (dash < 0 || TryParseNumber(text[(dash + 1)..], out sequence));
        id = new StreamId(milliseconds, sequence);
        return valid;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
