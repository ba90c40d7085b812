using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Ccr.Tokenization.Pieces;
using Ccr.Tokenization.Vocabularies;

namespace Ccr.Tokenization;

/// <summary>
/// An exact byte-pair encoding, equal to <c>encode_ordinary</c> of OpenAI's tiktoken: special tokens in the text are plain
/// text. Bytes that are no valid UTF-8 count as U+FFFD, replaced as the WHATWG decoder does. Safe for any number of
/// threads; the vocabulary is loaded at the first use, once, and nothing is allocated per call after that.
/// </summary>
public sealed class BpeEncoding
{
    [ThreadStatic]
    private static MergeScratch? _scratch;

    private static readonly BpeEncoding[] All =
    [
        new(0, "cl100k_base", Pattern.Cl100k), new(1, "o200k_base", Pattern.O200k), new(2, "p50k_base", Pattern.Gpt2), new(3, "r50k_base", Pattern.Gpt2),
    ];

    private readonly Pattern _pattern;
    private readonly Lazy<Vocabulary> _vocabulary;

    private BpeEncoding(int id, string name, Pattern pattern)
    {
        Id = id;
        Name = name;
        _pattern = pattern;
        _vocabulary = new Lazy<Vocabulary>(() => Vocabulary.Load(name));
    }

    private enum Pattern
    {
        Cl100k,
        O200k,
        Gpt2,
    }

    /// <summary>The encoding of GPT-4 and GPT-3.5, and the customary estimate for models whose own tokenizer is not public.</summary>
    public static BpeEncoding Cl100kBase => All[0];

    /// <summary>The encoding of GPT-4o and later OpenAI models.</summary>
    public static BpeEncoding O200kBase => All[1];

    /// <summary>The encoding of the last completion models of GPT-3 (text-davinci-002 and -003, Codex).</summary>
    public static BpeEncoding P50kBase => All[2];

    /// <summary>The encoding of GPT-2 and the first models of GPT-3.</summary>
    public static BpeEncoding R50kBase => All[3];

    /// <summary>The names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(All, encoding => encoding.Name);

    /// <summary>The name as tiktoken spells it.</summary>
    public string Name { get; }

    /// <summary>A number that tells the encodings apart in this process.</summary>
    internal int Id { get; }

    internal Vocabulary Vocabulary => _vocabulary.Value;

    /// <summary>One thread's working memory; shared by all encodings.</summary>
    internal static MergeScratch Scratch => _scratch ??= new MergeScratch();

    /// <summary>The encoding of that name, spelled as in <see cref="Names"/>; null when there is none.</summary>
    public static BpeEncoding? Find(string name) => Array.Find(All, encoding => encoding.Name == name);

    /// <summary>Loads the vocabulary now rather than at the first count.</summary>
    public void Load() => _ = _vocabulary.Value;

    /// <summary>The number of tokens of the text.</summary>
    public long CountTokens(ReadOnlySpan<byte> utf8) => Run(utf8, null);

    /// <summary>Writes the ranks of the text's tokens and returns how many there are.</summary>
    public long Encode(ReadOnlySpan<byte> utf8, IBufferWriter<int> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Run(utf8, output);
    }

    /// <summary>
    /// Counts the pieces at the start of a text that may go on (unless <paramref name="final"/>): only those whose end
    /// nothing that follows could move. The text is valid UTF-8 and ends between code points.
    /// </summary>
    internal long CountDecided(ReadOnlySpan<byte> validUtf8, bool final, out int consumed) => Run(validUtf8, final, null, out consumed);

    private long Run(ReadOnlySpan<byte> utf8, IBufferWriter<int>? output)
    {
        if (Utf8.IsValid(utf8))
        {
            return Run(utf8, final: true, output, out _);
        }

        var repaired = ArrayPool<byte>.Shared.Rent(checked(utf8.Length * Utf8Repair.MaxGrowth));
        try
        {
            var length = Utf8Repair.Repair(utf8, repaired);
            return Run(repaired.AsSpan(0, length), final: true, output, out _);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(repaired);
        }
    }

    private long Run(ReadOnlySpan<byte> text, bool final, IBufferWriter<int>? output, out int consumed) => _pattern switch
    {
        Pattern.Cl100k => Run<Cl100kPattern>(text, final, output, out consumed),
        Pattern.O200k => Run<O200kPattern>(text, final, output, out consumed),
        _ => Run<Gpt2Pattern>(text, final, output, out consumed),
    };

    private long Run<TPattern>(ReadOnlySpan<byte> text, bool final, IBufferWriter<int>? output, out int consumed)
        where TPattern : struct, IPiecePattern
    {
        var vocabulary = Vocabulary;
        MergeScratch? scratch = null;
        var total = 0L;
        var start = 0;
        while (start < text.Length)
        {
            var end = TPattern.Next(text, start, final);
            if (end < 0)
            {
                break;
            }

            ref var piece = ref MemoryMarshal.GetReference(text[start..]);
            var rank = vocabulary.FindWhole(ref piece, end - start, text.Length - start);
            if (rank < 0)
            {
                scratch ??= Scratch;
                total += output is null
                    ? vocabulary.CountMerged(ref piece, end - start, text.Length - start, scratch)
                    : Write(vocabulary, ref piece, end - start, scratch, output);
            }
            else
            {
                total++;
                output?.Write([rank]);
            }

            start = end;
        }

        consumed = start;
        return total;
    }

    private static int Write(Vocabulary vocabulary, ref byte piece, int length, MergeScratch scratch, IBufferWriter<int> output)
    {
        scratch.Prepare(length);
        try
        {
            var count = vocabulary.Merge(ref piece, length, scratch);
            output.Write(scratch.Tokens.AsSpan(0, count));
            return count;
        }
        finally
        {
            scratch.Release();
        }
    }
}
