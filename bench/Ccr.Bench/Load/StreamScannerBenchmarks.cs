using System.Text;
using BenchmarkDotNet.Attributes;

namespace Ccr.Bench.Load;

/// <summary>What the load generator itself costs for each event that it reads.</summary>
[MemoryDiagnoser]
public class StreamScannerBenchmarks
{
    private readonly StreamScanner _scanner = new();
    private readonly List<double> _lags = new(64);
    private byte[] _event = [];

    /// <summary>One text delta of the simulator.</summary>
    [GlobalSetup]
    public void Setup() => _event = Encoding.UTF8.GetBytes(
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"@0000003257875432388@ lorem ipsum dolo\"}}\n\n");

    /// <summary>Finds the stamp and looks for the end.</summary>
    [Benchmark]
    public bool ScanOneEvent()
    {
        _lags.Clear();
        _scanner.Feed(_event, 4_000_000_000_000, _lags);
        return _scanner.Terminated;
    }
}
