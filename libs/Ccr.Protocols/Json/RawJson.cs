namespace Ccr.Protocols.Json;

/// <summary>One complete JSON value, byte for byte as it was sent: key order and number spelling survive.</summary>
public readonly struct RawJson(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The value's bytes; empty when there is no value.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The value's bytes; empty when there is no value.</summary>
    public ReadOnlySpan<byte> Span => Bytes.Span;

    /// <summary>True when the property was present, be it null.</summary>
    public bool IsPresent => !Bytes.IsEmpty;

    /// <summary>True when absent or the literal null.</summary>
    public bool IsNullOrAbsent => Bytes.IsEmpty || Span.SequenceEqual("null"u8);
}
