using System.Text;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

public sealed class IncrementalCounterTests
{
    public static TheoryData<string> Names => [.. BpeEncoding.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_cut_at_any_one_place_counts_as_the_whole(string name)
    {
        var encoding = BpeEncoding.Find(name)!;
        var counter = new IncrementalCounter(encoding);
        var texts = GeneratedTexts.Make(seed: 77, count: 120);
        texts.Add(GeneratedTexts.Junk(seed: 78, length: 200));
        foreach (var text in texts)
        {
            var expected = encoding.CountTokens(text);
            for (var cut = 0; cut <= text.Length; cut++)
            {
                counter.Append(text.AsSpan(0, cut));
                counter.Append(text.AsSpan(cut));
                Assert.True(expected == counter.Finish(), $"cut at {cut}: {Convert.ToHexString(text)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_in_parts_of_random_length_counts_as_the_whole(string name)
    {
        var encoding = BpeEncoding.Find(name)!;
        var counter = new IncrementalCounter(encoding);
        var random = new SharedRandom(79);
        var texts = Golden.CorpusFiles.Select(Golden.Corpus).Append(GeneratedTexts.Junk(80, 20_000))
            .Append([.. GeneratedTexts.Make(81, 2_000).SelectMany(text => text)]);
        foreach (var text in texts)
        {
            foreach (var longest in new[] { 1, 7, 300, 40_000 })
            {
                for (var at = 0; at < text.Length;)
                {
                    var length = Math.Min(1 + random.Next(longest), text.Length - at);
                    counter.Append(text.AsSpan(at, length));
                    at += length;
                }

                Assert.Equal(encoding.CountTokens(text), counter.Finish());
            }
        }
    }

    [Fact]
    public void Memory_follows_the_longest_piece_and_not_the_text()
    {
        var counter = new IncrementalCounter(BpeEncoding.O200kBase);
        var line = "The same sentence, over and over; 12345 times 😀 and più.\n"u8;
        var most = 0;
        for (var n = 0; n < 20_000; n++)
        {
            counter.Append(line);
            most = Math.Max(most, counter.HeldBytes);
        }

        Assert.InRange(most, 1, 200);
        Assert.Equal(BpeEncoding.O200kBase.CountTokens(Enumerable.Repeat(line.ToArray(), 20_000).SelectMany(x => x).ToArray()), counter.Finish());
    }

    [Fact]
    public void One_endless_piece_in_small_parts_is_not_scanned_over_and_over()
    {
        // Were each part to scan all that is held, this would be 500,000 scans of half a megabyte.
        var counter = new IncrementalCounter(BpeEncoding.Cl100kBase);
        for (var n = 0; n < 500_000; n++)
        {
            counter.Append("xy"u8);
        }

        Assert.Equal(1_000_000, counter.HeldBytes);
        Assert.Equal(BpeEncoding.Cl100kBase.CountTokens(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("xy", 500_000)))), counter.Finish());
    }

    [Fact]
    public void A_finished_counter_starts_from_nothing()
    {
        var counter = new IncrementalCounter(BpeEncoding.Cl100kBase);
        counter.Append("hello wor"u8);
        Assert.Equal(2, counter.Finish());
        Assert.Equal(0, counter.Finish());
        counter.Append("hello"u8);
        Assert.Equal(1, counter.Finish());
    }
}
