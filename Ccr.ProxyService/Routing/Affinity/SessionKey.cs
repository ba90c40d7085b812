using System.Buffers.Binary;
using System.Globalization;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// What a session is known by: 128 bits of a SHA-256 over who calls, in which protocol, under which routing rule, and the session's own name or the beginning of its conversation. Nobody can
/// get any of these back from it, so it may stand in Redis.
/// </summary>
internal readonly record struct SessionKey(ulong High, ulong Low)
{
    /// <summary>True for no session.</summary>
    public bool IsEmpty => (High | Low) == 0;

    /// <summary>The key of a digest.</summary>
    public static SessionKey From(ReadOnlySpan<byte> digest) => new(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]));

    /// <summary>Reads back what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionKey key)
    {
        key = default;
        if (text.Length != 32
            || !ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        key = new(high, low);
        return true;
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
