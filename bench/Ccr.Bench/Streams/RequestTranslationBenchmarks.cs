using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Ccr.Bench.Load;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;

namespace Ccr.Bench.Streams;

/// <summary>A coding agent's request from Anthropic Messages to Chat Completions, beside parsing and writing the same bytes as a JSON document.</summary>
[MemoryDiagnoser]
public class RequestTranslationBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(4 * 1024 * 1024);
    private byte[] _body = [];

    /// <summary>Size of the body in KiB.</summary>
    [Params(32, 1024)]
    public int Kib { get; set; }

    [GlobalSetup]
    public void Setup() => _body = LoadBody.Generate(Kib, "claude-sonnet-4-5", chat: false);

    [Benchmark]
    public int Translate()
    {
        _output.ResetWrittenCount();
        ChatRequestEncoder.Encode(AnthropicRequestDecoder.Decode(_body), new("p", "m"), _output, new LossReport());
        return _output.WrittenCount;
    }

    [Benchmark]
    public bool Peek() => AnthropicRequestPeek.Read(_body).Stream;

    /// <summary>The same translation by way of JSON documents.</summary>
    [Benchmark]
    public int TranslateDocument() => DocumentTranslation.Translate(_body, "m").Length;

    /// <summary>Less than a translation: the document is only read and written again.</summary>
    [Benchmark(Baseline = true)]
    public int DocumentRoundTrip() => Encoding.UTF8.GetByteCount(JsonNode.Parse(_body)!.ToJsonString());
}
