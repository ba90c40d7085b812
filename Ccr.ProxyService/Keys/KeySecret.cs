using System.Security.Cryptography;

namespace Ccr.ProxyService.Keys;

/// <summary>Makes keys and ids, and knows a key of ours by its looks.</summary>
internal static class KeySecret
{
    /// <summary>What every virtual key begins with. No provider's key does, so whatever looks like this is ours and never leaves for a provider.</summary>
    public const string Prefix = "sk-ccr-";

    // 43 characters of 62 are 256 bits: as much as the digest keeps.
    private const int SecretLength = 43;
    private const int IdLength = 10;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new key. Whoever gets it is the only one who has it.</summary>
    public static string Create() => Prefix + RandomNumberGenerator.GetString(Letters, SecretLength);

    /// <summary>A new id.</summary>
    public static string CreateId() => "key_" + RandomNumberGenerator.GetString(Letters, IdLength);

    /// <summary>Whether a text looks like a virtual key.</summary>
    public static bool Looks(ReadOnlySpan<char> text) => text.StartsWith(Prefix, StringComparison.Ordinal);
}
