namespace Ccr.ProxyService.Configuration;

/// <summary>One key of a provider. Never logged: it shows itself by its place in the file.</summary>
/// <param name="Name">How it is spoken of, in records and metrics: "key-1", "key-2", … in the order of the file.</param>
/// <param name="Secret">The key itself; null sends none.</param>
internal sealed record ProviderKey(string Name, string? Secret)
{
    /// <summary>The name only.</summary>
    public override string ToString() => Name;
}
