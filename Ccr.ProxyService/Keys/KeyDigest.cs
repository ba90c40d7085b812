using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ccr.ProxyService.Keys;

/// <summary>
/// The SHA-256 of a key: all that is kept of it. A key has 256 random bits, so a slow hash would protect nothing and cost every request. Comparing digests, not keys, lets the time taken tell
/// nothing of a key.
/// </summary>
internal readonly record struct KeyDigest(ulong A, ulong B, ulong C, ulong D)
{
    // Longer than any key that is in use; what is longer is hashed all the same, but not on the stack.
    private const int LongestOnStack = 256;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>The digest of a key.</summary>
    public static KeyDigest Of(ReadOnlySpan<char> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var room = Encoding.UTF8.GetMaxByteCount(key.Length);
        var bytes = key.Length <= LongestOnStack ? stackalloc byte[Encoding.UTF8.GetMaxByteCount(LongestOnStack)] : new byte[room];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        CryptographicOperations.ZeroMemory(bytes);
        return Read(hash);
    }

    /// <summary>Reads <see cref="ToString"/>'s form; false for anything else.</summary>
    public static bool TryParse(string? hex, out KeyDigest digest)
    {
        digest = default;
        if (hex is not { Length: SHA256.HashSizeInBytes * 2 } || hex.AsSpan().ContainsAnyExcept(Digits))
        {
            return false;
        }

        digest = Read(Convert.FromHexString(hex));
        return true;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString()
    {
        ReadOnlySpan<ulong> parts = [A, B, C, D];
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(parts));
    }

    private static KeyDigest Read(ReadOnlySpan<byte> hash)
    {
        var parts = MemoryMarshal.Cast<byte, ulong>(hash);
        return new(parts[0], parts[1], parts[2], parts[3]);
    }
}
