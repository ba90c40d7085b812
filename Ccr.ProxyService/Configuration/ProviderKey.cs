using System.Security.Cryptography;
using System.Text;

namespace Ccr.ProxyService.Configuration;

/// <summary>One key of a provider. Never logged: it shows itself by its place in the file.</summary>
/// <param name="Name">How it is spoken of, in records and metrics: its name in the file, or "key-1", "key-2", … in the order of the file.</param>
/// <param name="Secret">The key itself; null sends none.</param>
internal sealed record ProviderKey(string Name, string? Secret)
{
    /// <summary>
    /// What stands for the key where it must not be named, and where its place in the file may change: bindings, and what replicas share. The first 64 bits of its SHA-256.
    /// </summary>
    public string Id { get; } = Secret is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)).AsSpan(0, 8));

    /// <summary>Its share of the calls, against the weights of the other keys. Default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Requests a minute with this key; null does not count them.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Input tokens a minute with this key; null does not count them.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>The name only.</summary>
    public override string ToString() => Name;
}
