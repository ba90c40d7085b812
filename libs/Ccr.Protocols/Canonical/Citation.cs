namespace Ccr.Protocols.Canonical;

/// <summary>A web source of a piece of text; all parts escaped, valid only during the call.</summary>
public readonly ref struct Citation
{
    /// <summary>The address.</summary>
    public ReadOnlySpan<byte> Url { get; init; }

    /// <summary>Its title; may be empty.</summary>
    public ReadOnlySpan<byte> Title { get; init; }

    /// <summary>The words of the source; may be empty.</summary>
    public ReadOnlySpan<byte> CitedText { get; init; }
}
