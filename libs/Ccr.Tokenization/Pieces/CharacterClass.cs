namespace Ccr.Tokenization.Pieces;

/// <summary>What the patterns ask of a character; the values are those in the data file characters.classes.</summary>
internal static class CharacterClass
{
    /// <summary>\p{L}</summary>
    public const byte Letter = 1;

    /// <summary>\p{N}</summary>
    public const byte Number = 2;

    /// <summary>\s, line ends included</summary>
    public const byte Space = 4;

    /// <summary>[\r\n]</summary>
    public const byte LineEnd = 8;

    /// <summary>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]: what may stand in the head of an o200k_base word</summary>
    public const byte Head = 16;

    /// <summary>[\p{Ll}\p{Lm}\p{Lo}\p{M}]: what may stand in the tail of an o200k_base word</summary>
    public const byte Tail = 32;

    /// <summary>A character with none of these bits is [^\s\p{L}\p{N}]; marks are among them.</summary>
    public const byte NoSymbol = Letter | Number | Space;
}
