using System.Buffers;
using System.Security.Cryptography;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Tool call ids that every provider takes: 1 to 40 of letters, digits, underscore and hyphen. A legal id stays as it is; any other becomes its legal
/// beginning and ten hex digits of its SHA-256, so that a call and its result are mapped alike without a table.
/// </summary>
public static class ToolIds
{
    /// <summary>The longest id <see cref="Portable"/> writes, in bytes.</summary>
    public const int MaxLength = 40;

    private const int PrefixLength = 24;

    private static readonly SearchValues<byte> LettersAndDigits = SearchValues.Create(Alphabet);

    private static ReadOnlySpan<byte> Alphabet => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Writes the portable form of an id; returns its length.</summary>
    public static int Portable(ReadOnlySpan<byte> id, Span<byte> destination)
    {
        if (IsPortable(id))
        {
            id.CopyTo(destination);
            return id.Length;
        }

        var length = 0;
        foreach (var b in id)
        {
            if (length == PrefixLength)
            {
                break;
            }

            destination[length++] = IsLegal(b) ? b : (byte)'_';
        }

        destination[length++] = (byte)'_';
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, hash);
        Convert.TryToHexStringLower(hash[..5], destination[length..], out var written);
        return length + written;
    }

    /// <summary>Writes nine letters and digits made from an id, as Mistral demands; returns 9.</summary>
    public static int NineCharacters(ReadOnlySpan<byte> id, Span<byte> destination)
    {
        const int length = 9;
        if (id.Length == length && !id.ContainsAnyExcept(LettersAndDigits))
        {
            id.CopyTo(destination);
            return length;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, hash);
        for (var i = 0; i < length; i++)
        {
            destination[i] = Alphabet[hash[i] % Alphabet.Length];
        }

        return length;
    }

    /// <summary>Whether an id may be sent to any provider as it is.</summary>
    public static bool IsPortable(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty || id.Length > MaxLength)
        {
            return false;
        }

        foreach (var b in id)
        {
            if (!IsLegal(b))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLegal(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-';
}
