using System.Security.Cryptography;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Names of tools in namespaces, as one word: "mcp__echo" and "say" are "mcp__echo__say". A pure function, so that a declaration, a call and
/// a call of the history come out alike without a table.
/// </summary>
internal static class ResponsesNames
{
    private const int MaxLength = 64;
    private const int PrefixLength = 53;

    /// <summary>The flat name. Tools of the namespace "functions" are called by their bare names.</summary>
    public static EscapedText Flat(EscapedText space, EscapedText name)
    {
        if (!IsReal(space))
        {
            return name;
        }

        return new(Flat(space.Span, name.Span));
    }

    /// <summary>Whether it is a namespace that calls must name.</summary>
    public static bool IsReal(EscapedText space) => !space.IsEmpty && !space.Span.SequenceEqual("functions"u8);

    /// <summary>The flat name of a tool in a real namespace.</summary>
    public static byte[] Flat(ReadOnlySpan<byte> space, ReadOnlySpan<byte> name)
    {
        var glue = space.EndsWith("__"u8) ? default : "__"u8;
        byte[] flat = [.. space, .. glue, .. name];
        if (flat.Length <= MaxLength)
        {
            return flat;
        }

        // Providers take 64 bytes: the beginning, and ten digits of the hash of all.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(flat, hash);
        Span<byte> digits = stackalloc byte[10];
        Convert.TryToHexStringLower(hash[..5], digits, out _);
        return [.. flat.AsSpan(0, PrefixLength), (byte)'_', .. digits];
    }
}
