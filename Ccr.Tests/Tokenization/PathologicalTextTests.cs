using System.Text;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

/// <summary>A hundred kilobytes of one thing: where naive merging is quadratic and backtracking patterns explode.</summary>
public sealed class PathologicalTextTests
{
    private const int Size = 100_000;
    private const int Attempts = 8;

    public static TheoryData<string, string> Texts()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in BpeEncoding.Names)
        {
            foreach (var unit in (string[])(name.EndsWith("50k_base", StringComparison.Ordinal) ? ["a", " ", "😀"] : ["a", " ", "😀", "\n", "\u4E00", "="]))
            {
                data.Add(name, unit);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_long_run_takes_work_in_proportion_and_no_memory(string name, string unit)
    {
        var encoding = BpeEncoding.Find(name)!;
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, Size / Encoding.UTF8.GetByteCount(unit))));
        var tokens = encoding.CountTokens(text);
        Assert.InRange(tokens, 1, text.Length);

        var before = BpeEncoding.Scratch.Tried;
        AllocationTests.AssertAllocatesNothing(() => encoding.CountTokens(text), Attempts);
        Assert.InRange(BpeEncoding.Scratch.Tried - before, 0, Attempts * 20L * text.Length);

        // In parts: another way through the same text, which would show a piece that was cut wrongly.
        var counter = new IncrementalCounter(encoding);
        for (var at = 0; at < text.Length; at += 30_001)
        {
            counter.Append(text.AsSpan(at, Math.Min(30_001, text.Length - at)));
        }

        Assert.Equal(tokens, counter.Finish());
    }

    /// <summary>What npm tiktoken 1.0.22 counts; 20,000 bytes, because it takes a second for each of most of them.</summary>
    [Theory]
    [InlineData("cl100k_base", "😀", 10000)]
    [InlineData("cl100k_base", " ", 157)]
    [InlineData("cl100k_base", "\n", 625)]
    [InlineData("cl100k_base", "1", 6667)]
    [InlineData("cl100k_base", "=", 313)]
    [InlineData("cl100k_base", "\u4E00", 6666)]
    [InlineData("cl100k_base", "\t ", 10000)]
    [InlineData("o200k_base", "😀", 5000)]
    [InlineData("o200k_base", " ", 157)]
    [InlineData("o200k_base", "\n", 1250)]
    [InlineData("o200k_base", "1", 6667)]
    [InlineData("o200k_base", "=", 312)]
    [InlineData("o200k_base", "\u4E00", 6666)]
    [InlineData("o200k_base", "\t ", 10000)]
    [InlineData("p50k_base", "😀", 10000)]
    [InlineData("p50k_base", " ", 1250)]
    [InlineData("p50k_base", "\n", 10000)]
    [InlineData("p50k_base", "1", 5000)]
    [InlineData("p50k_base", "=", 313)]
    [InlineData("p50k_base", "\u4E00", 6666)]
    [InlineData("p50k_base", "\t ", 20000)]
    [InlineData("r50k_base", "😀", 10000)]
    [InlineData("r50k_base", " ", 20000)]
    [InlineData("r50k_base", "\n", 10000)]
    [InlineData("r50k_base", "1", 5000)]
    [InlineData("r50k_base", "=", 313)]
    [InlineData("r50k_base", "\u4E00", 6666)]
    [InlineData("r50k_base", "\t ", 20000)]
    public void Long_runs_count_as_in_tiktoken(string name, string unit, long tokens) =>
        Assert.Equal(tokens, BpeEncoding.Find(name)!.CountTokens(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 20_000 / Encoding.UTF8.GetByteCount(unit))))));
}
