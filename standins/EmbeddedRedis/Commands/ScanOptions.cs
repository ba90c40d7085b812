using System.Globalization;
using System.Text;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The options of the scanning commands: MATCH, COUNT and, for keys, TYPE.</summary>
internal sealed class ScanOptions
{
    private byte[]? _pattern;
    private byte[]? _type;

    public long Count { get; private set; } = 10;

    public static ScanOptions Parse(ReadOnlySpan<byte[]> a, bool withType)
    {
        var options = new ScanOptions();
        for (var i = 0; i < a.Length; i += 2)
        {
            var hasValue = i + 1 < a.Length;
            if (hasValue && a[i].Is("COUNT"u8))
            {
                options.Count = a[i + 1].ToInteger();
                if (options.Count < 1)
                {
                    throw RedisErrorException.Syntax();
                }
            }
            else if (hasValue && a[i].Is("MATCH"u8))
            {
                options._pattern = a[i + 1];
            }
            else if (hasValue && withType && a[i].Is("TYPE"u8))
            {
                options._type = a[i + 1];
            }
            else
            {
                throw RedisErrorException.Syntax();
            }
        }

        return options;
    }

    /// <summary>A cursor as C's strtoul reads it: a sign is allowed, nothing at all is 0.</summary>
    public static ulong ParseCursor(byte[] text)
    {
        var digits = Doubles.Unsigned(text);
        if (text.Length == 0)
        {
            return 0;
        }

        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor))
        {
            throw new RedisErrorException("ERR invalid cursor");
        }

        return text[0] == '-' ? unchecked(0 - cursor) : cursor;
    }

    public bool Matches(byte[] item) => _pattern is null || Glob.IsMatch(_pattern, item);

    public bool MatchesType(string typeName) => _type is null || Ascii.EqualsIgnoreCase(_type, Encoding.ASCII.GetBytes(typeName));
}
