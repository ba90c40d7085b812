using System.Security.Cryptography;
using System.Text;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

public sealed class BpeEncodingTests
{
    public static TheoryData<string> Names => [.. BpeEncoding.Names];

    [Fact]
    public void An_encoding_is_found_by_its_name_and_only_by_it()
    {
        Assert.Equal(["cl100k_base", "o200k_base", "p50k_base", "r50k_base"], BpeEncoding.Names);
        Assert.Same(BpeEncoding.Cl100kBase, BpeEncoding.Find("cl100k_base"));
        Assert.Same(BpeEncoding.O200kBase, BpeEncoding.Find("o200k_base"));
        Assert.Equal("o200k_base", BpeEncoding.O200kBase.Name);
        Assert.Null(BpeEncoding.Find("CL100K_BASE"));
        Assert.Null(BpeEncoding.Find(""));
    }

    [Theory]
    [InlineData("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7")]
    [InlineData("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d")]
    [InlineData("p50k_base", "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069")]
    [InlineData("r50k_base", "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930")]
    public void The_embedded_vocabulary_is_the_one_that_OpenAI_publishes(string name, string published)
    {
        var vocabulary = BpeEncoding.Find(name)!.Vocabulary;
        using var file = new MemoryStream();
        for (var rank = 0; rank < vocabulary.Count; rank++)
        {
            if (vocabulary.Token(rank).Length > 0)
            {
                file.Write(Encoding.ASCII.GetBytes($"{Convert.ToBase64String(vocabulary.Token(rank))} {rank}\n"));
            }
        }

        Assert.Equal(published, Convert.ToHexStringLower(SHA256.HashData(file.ToArray())));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_file_of_the_corpus_encodes_as_with_tiktoken(string name)
    {
        var encoding = BpeEncoding.Find(name)!;
        var expected = Golden.For(name)["corpus"]!.AsObject();
        Assert.Equal(Golden.CorpusFiles, expected.Select(file => file.Key));
        Assert.All(Golden.CorpusFiles, file =>
        {
            var text = Golden.Corpus(file);
            Assert.Equal((long)expected[file]!["tokens"]!, encoding.CountTokens(text));
            Assert.Equal((string)expected[file]!["sha256"]!, Golden.Sha256(Golden.Encode(encoding, text)));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ten_thousand_generated_texts_encode_as_with_tiktoken(string name)
    {
        var encoding = BpeEncoding.Find(name)!;
        var texts = GeneratedTexts.All();
        var counts = Golden.Counts(name);
        var blocks = Golden.For(name)["blocks"]!.AsArray();
        Assert.Equal(10_000, texts.Count);
        Assert.Equal(texts.Count, counts.Length);
        for (var i = 0; i < texts.Count; i++)
        {
            Assert.True(counts[i] == encoding.CountTokens(texts[i]), $"text {i}: {Encoding.UTF8.GetString(texts[i])}");
        }

        for (var block = 0; block < blocks.Count; block++)
        {
            var ranks = texts.Skip(block * Golden.BlockSize).Take(Golden.BlockSize).SelectMany(text => Golden.Encode(encoding, text)).ToArray();
            Assert.Equal((string)blocks[block]!, Golden.Sha256(ranks));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_that_are_no_UTF8_count_as_replacement_characters(string name)
    {
        var encoding = BpeEncoding.Find(name)!;
        var junk = GeneratedTexts.Junk(Golden.Junk.Seed, Golden.Junk.Length);

        Assert.Equal((long)Golden.For(name)["junk"]!["tokens"]!, encoding.CountTokens(junk));
        Assert.Equal((string)Golden.For(name)["junk"]!["sha256"]!, Golden.Sha256(Golden.Encode(encoding, junk)));

        byte[][] cases =
        [
            [0xFF], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [.. "a"u8, 0xE2, 0x82, .. "b"u8], [.. "word "u8, 0xF0, 0x9F, 0x98, 0xF0, 0x9F, 0x98, 0x80], [0xEF, 0xBB, 0xBF, .. "bom"u8],
        ];
        Assert.All(cases, bytes =>
            Assert.Equal(Golden.Encode(encoding, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes))), Golden.Encode(encoding, bytes)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decoding_the_tokens_gives_the_text_back(string name)
    {
        var encoding = BpeEncoding.Find(name)!;
        Assert.All(Golden.CorpusFiles, file =>
        {
            var text = Golden.Corpus(file);
            Assert.Equal(text, Golden.Encode(encoding, text).SelectMany(rank => encoding.Vocabulary.Token(rank).ToArray()));
        });
    }

    [Fact]
    public void The_names_of_special_tokens_are_plain_text()
    {
        Assert.Equal([27, 91, 8862, 728, 428, 91, 29], Golden.Encode(BpeEncoding.Cl100kBase, "<|endoftext|>"u8));
        Assert.Equal([27, 91, 419, 1440, 919, 91, 29], Golden.Encode(BpeEncoding.O200kBase, "<|endoftext|>"u8));
    }

    [Fact]
    public void An_empty_text_has_no_tokens() => Assert.Equal(0, BpeEncoding.Cl100kBase.CountTokens([]));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bytes_around_a_text_do_not_matter(string name)
    {
        // Near the end of the text the encoder may not read ahead; then it takes other paths that must agree.
        var encoding = BpeEncoding.Find(name)!;
        foreach (var text in GeneratedTexts.Make(seed: 31, count: 300))
        {
            byte[] framed = [.. "xyz"u8, .. text, .. "abcdefghijklmnopqrstuvwxyz'll 0123456789"u8];
            Assert.Equal(encoding.CountTokens(text), encoding.CountTokens(framed.AsSpan(3, text.Length)));
        }
    }

    [Fact]
    public void Threads_that_start_together_share_one_vocabulary()
    {
        var encoding = BpeEncoding.O200kBase;
        var seen = new object[8];
        Parallel.For(0, seen.Length, i =>
        {
            Assert.Equal(2, encoding.CountTokens("hello world"u8));
            seen[i] = encoding.Vocabulary;
        });
        Assert.All(seen, vocabulary => Assert.Same(encoding.Vocabulary, vocabulary));
    }
}
