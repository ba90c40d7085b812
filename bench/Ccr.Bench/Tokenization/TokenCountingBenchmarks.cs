using BenchmarkDotNet.Attributes;
using Ccr.Tokenization;

namespace Ccr.Bench.Tokenization;

/// <summary>Counting about a megabyte of text at once and in parts of 4 KB.</summary>
[MemoryDiagnoser]
public class TokenCountingBenchmarks
{
    private byte[] _text = [];
    private BpeEncoding _encoding = BpeEncoding.Cl100kBase;

    [Params("cl100k_base", "o200k_base")]
    public string Encoding { get; set; } = "cl100k_base";

    [Params("code", "json", "prose", "cjk")]
    public string Kind { get; set; } = "code";

    [GlobalSetup]
    public void Setup()
    {
        _text = TokenTexts.Make(Kind);
        _encoding = BpeEncoding.Find(Encoding)!;
        _encoding.Load();
    }

    [Benchmark(Baseline = true)]
    public long Whole() => _encoding.CountTokens(_text);

    [Benchmark]
    public long InParts()
    {
        var counter = new IncrementalCounter(_encoding);
        for (var at = 0; at < _text.Length; at += 4096)
        {
            counter.Append(_text.AsSpan(at, Math.Min(4096, _text.Length - at)));
        }

        return counter.Finish();
    }
}
