namespace Ccr.ProxyService.Configuration;

/// <summary>What a look at a file found: its bytes, or the words that say why there are none.</summary>
internal readonly record struct FileContent(byte[]? Bytes, string? Fault)
{
    /// <summary>There is no file.</summary>
    public static FileContent Missing { get; } = new(null, "does not exist");

    /// <summary>True when both looks found the same.</summary>
    public bool SameAs(FileContent other) =>
        Fault == other.Fault && (Bytes is null) == (other.Bytes is null) && Bytes.AsSpan().SequenceEqual(other.Bytes);
}
