namespace Ccr.Tokenization.Pieces;

/// <summary>How an encoding cuts text into pieces before merging: its regular expression, written out by hand.</summary>
internal interface IPiecePattern
{
    /// <summary>
    /// The end of the piece that starts at <paramref name="start"/>. When <paramref name="final"/> is false, more text may
    /// follow, and -1 is returned where it could change the end. The text is valid UTF-8 and ends between code points.
    /// </summary>
    static abstract int Next(ReadOnlySpan<byte> text, int start, bool final);
}
