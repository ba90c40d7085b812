using System.Security.Cryptography;
using System.Text;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Tool names that every provider takes: 1 to 64 of letters, digits, underscore and hyphen. A legal name stays as it is; any other becomes its legal beginning and
/// eight hex digits of its SHA-256, so that declaration, history and choice are mapped alike without a table.
/// </summary>
public static class ToolNames
{
    /// <summary>The longest name <see cref="Legal"/> gives, in bytes.</summary>
    public const int MaxLength = 64;

    private const int HashDigits = 8;

    /// <summary>Whether a name may be sent to any provider as it is.</summary>
    public static bool IsLegal(ReadOnlySpan<byte> escapedName)
    {
        if (escapedName.IsEmpty || escapedName.Length > MaxLength)
        {
            return false;
        }

        foreach (var b in escapedName)
        {
            if (!IsLegal(b))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The legal form of a name; the name itself when it is legal.</summary>
    public static EscapedText Legal(EscapedText name)
    {
        if (IsLegal(name.Span))
        {
            return name;
        }

        // One spelling, however the JSON around it was escaped.
        var plain = name.Span.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(name.ToString()) : name.Span;
        var legal = new byte[Math.Min(plain.Length, MaxLength - HashDigits - 1) + 1 + HashDigits];
        var length = 0;
        foreach (var b in plain[..(legal.Length - 1 - HashDigits)])
        {
            legal[length++] = IsLegal(b) ? b : (byte)'_';
        }

        legal[length++] = (byte)'_';
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(plain, hash);
        Convert.TryToHexStringLower(hash[..(HashDigits / 2)], legal.AsSpan(length), out _);
        return new(legal);
    }

    /// <summary>Writes the legal form of a name as a string.</summary>
    public static void Write(RawJsonWriter json, EscapedText name) => json.Escaped(IsLegal(name.Span) ? name.Span : Legal(name).Span);

    private static bool IsLegal(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-';
}
