using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ccr.Tests.Parts;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

/// <summary>What tiktoken says about the test texts, as eng/vocabularies/golden.mjs wrote it down.</summary>
internal static class Golden
{
    private static readonly JsonNode Data = JsonNode.Parse(File.ReadAllBytes(FilePath("golden.json")))!;

    /// <summary>The seed and length of the junk bytes.</summary>
    public static (uint Seed, int Length) Junk { get; } = ((uint)Data["junk"]!["seed"]!, (int)Data["junk"]!["length"]!);

    /// <summary>How many generated texts share a checksum.</summary>
    public static int BlockSize { get; } = (int)Data["block"]!;

    /// <summary>The names of the corpus files.</summary>
    public static string[] CorpusFiles { get; } = [.. Directory.GetFiles(FilePath("Corpus")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static string FilePath(string name) => Path.Combine(Part.Repository, "Ccr.Tests", "Tokenization", name);

    public static byte[] Corpus(string file) => File.ReadAllBytes(Path.Combine(FilePath("Corpus"), file));

    public static JsonNode For(string encoding) => Data["encodings"]![encoding]!;

    /// <summary>The number of tokens of each generated text.</summary>
    public static ushort[] Counts(string encoding) =>
        MemoryMarshal.Cast<byte, ushort>(Convert.FromBase64String((string)For(encoding)["counts"]!)).ToArray();

    public static int[] Encode(BpeEncoding encoding, ReadOnlySpan<byte> text)
    {
        var ranks = new ArrayBufferWriter<int>();
        var count = encoding.Encode(text, ranks);
        Assert.Equal(ranks.WrittenCount, count);
        return ranks.WrittenSpan.ToArray();
    }

    /// <summary>The checksum of token ranks, four bytes each, little endian.</summary>
    public static string Sha256(ReadOnlySpan<int> ranks) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ranks)));
}
