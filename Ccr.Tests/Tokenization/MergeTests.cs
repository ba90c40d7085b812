using System.Text;
using Ccr.Tokenization;
using Ccr.Tokenization.Vocabularies;

namespace Ccr.Tests.Tokenization;

public sealed class MergeTests
{
    public static TheoryData<string> Names => [.. BpeEncoding.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_piece_merges_as_by_the_definition_lowest_rank_first(string name)
    {
        var vocabulary = BpeEncoding.Find(name)!.Vocabulary;
        var ranks = Enumerable.Range(0, vocabulary.Count).Where(rank => vocabulary.Token(rank).Length > 0)
            .ToDictionary(rank => Encoding.Latin1.GetString(vocabulary.Token(rank)));
        var random = new SharedRandom(20_301);
        var scratch = new MergeScratch();
        for (var n = 0; n < 4_000; n++)
        {
            var piece = MakePiece(vocabulary, random);
            scratch.Prepare(piece.Length);
            var count = vocabulary.Merge(ref piece[0], piece.Length, scratch);
            var expected = MergeByDefinition(Encoding.Latin1.GetString(piece), ranks);
            Assert.True(expected.SequenceEqual(scratch.Tokens.Take(count)), Convert.ToHexString(piece));
            scratch.Release();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_token_of_the_vocabulary_merges_into_itself(string name)
    {
        var vocabulary = BpeEncoding.Find(name)!.Vocabulary;
        var scratch = new MergeScratch();
        for (var rank = 0; rank < vocabulary.Count; rank++)
        {
            var token = vocabulary.Token(rank).ToArray();
            if (token.Length > 0)
            {
                scratch.Prepare(token.Length);
                Assert.Equal(1, vocabulary.Merge(ref token[0], token.Length, scratch));
                Assert.Equal(rank, scratch.Tokens[0]);
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("😀")]
    [InlineData("=")]
    [InlineData("ªA")]
    [InlineData("aaaaaaab")]
    public void The_work_grows_in_proportion_to_the_text(string unit)
    {
        foreach (var encoding in new[] { BpeEncoding.Cl100kBase, BpeEncoding.O200kBase })
        {
            var half = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 50_000 / Encoding.UTF8.GetByteCount(unit))));
            var workOfHalf = Work(encoding, half);
            var workOfWhole = Work(encoding, [.. half, .. half]);

            // Long runs of one sign are the worst known: about 15 candidates for each byte.
            Assert.InRange(workOfWhole, 1, 20L * 2 * half.Length);
            Assert.InRange(workOfWhole, workOfHalf, (21 * workOfHalf / 10) + 1_000);
        }
    }

    private static long Work(BpeEncoding encoding, byte[] text)
    {
        var before = BpeEncoding.Scratch.Tried;
        encoding.CountTokens(text);
        return BpeEncoding.Scratch.Tried - before;
    }

    /// <summary>Random bytes over a small alphabet, cut-up tokens, or one token many times: what makes greedy choices wrong.</summary>
    private static byte[] MakePiece(Vocabulary vocabulary, SharedRandom random)
    {
        var piece = new List<byte>();
        var kind = random.Next(4);
        var length = 2 + random.Next(60);
        var alphabet = 1 + random.Next(4);
        var repeated = vocabulary.Token(random.Next(20_000)).ToArray();
        while (piece.Count < length)
        {
            var token = vocabulary.Token(random.Next(vocabulary.Count));
            switch (kind)
            {
                case 0:
                    piece.Add((byte)('a' + random.Next(alphabet)));
                    break;
                case 1:
                    piece.AddRange(token[..(token.Length == 0 ? 0 : 1 + random.Next(token.Length))]);
                    break;
                case 2:
                    piece.AddRange(token[(token.Length == 0 ? 0 : random.Next(token.Length))..]);
                    break;
                default:
                    piece.AddRange(repeated);
                    break;
            }
        }

        return [.. piece.Take(300)];
    }

    private static List<int> MergeByDefinition(string piece, Dictionary<string, int> ranks)
    {
        var parts = piece.Select(character => character.ToString()).ToList();
        while (true)
        {
            var best = -1;
            var bestRank = int.MaxValue;
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (ranks.TryGetValue(parts[i] + parts[i + 1], out var rank) && rank < bestRank)
                {
                    (best, bestRank) = (i, rank);
                }
            }

            if (best < 0)
            {
                return [.. parts.Select(part => ranks[part])];
            }

            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }
    }
}
