using System.Buffers;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>One thread's working memory for merging a piece; grows by renting when a piece is long and shrinks again after it.</summary>
internal sealed class MergeScratch
{
    /// <summary>Pieces up to this many bytes need no rented memory.</summary>
    private const int Kept = 1024;

    private readonly int[] _keptTokens = new int[Kept];
    private readonly ulong[] _keptDead = new ulong[(Kept / 64) + 1];

    public MergeScratch()
    {
        Tokens = _keptTokens;
        Dead = _keptDead;
    }

    /// <summary>The counts of recent pieces.</summary>
    public MergeCache Cache { get; } = new();

    /// <summary>The tokens chosen so far; after a merge, the result.</summary>
    public int[] Tokens { get; private set; }

    /// <summary>One bit per place in the piece: set when nothing valid can follow there.</summary>
    public ulong[] Dead { get; private set; }

    /// <summary>How many tokens were tried since the scratch was made: the work, for tests of its growth.</summary>
    public long Tried { get; set; }

    /// <summary>Makes room for a piece and clears the marks.</summary>
    public void Prepare(int length)
    {
        var words = (length / 64) + 1;
        if (length > Kept)
        {
            Tokens = ArrayPool<int>.Shared.Rent(length);
            Dead = ArrayPool<ulong>.Shared.Rent(words);
        }

        Dead.AsSpan(0, words).Clear();
    }

    /// <summary>Gives rented memory back; <see cref="Tokens"/> must have been read before.</summary>
    public void Release()
    {
        if (Tokens != _keptTokens)
        {
            ArrayPool<int>.Shared.Return(Tokens);
            ArrayPool<ulong>.Shared.Return(Dead);
            Tokens = _keptTokens;
            Dead = _keptDead;
        }
    }
}
