using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;

namespace Ccr.Bench.Streams;

/// <summary>A stream of many text deltas from each dialect to each: throughput, and what a delta allocates (the difference between two counts of deltas).</summary>
[MemoryDiagnoser]
public class PairTranslationBenchmarks
{
    private const int Read = 4096;

    private readonly ArrayBufferWriter<byte> _output = new(16 * 1024 * 1024);
    private readonly CanonicalRequest _request = new();
    private byte[] _stream = [];

    /// <summary>The provider's dialect.</summary>
    [Params(Dialect.Anthropic, Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Gemini)]
    public Dialect From { get; set; }

    /// <summary>The client's dialect.</summary>
    [Params(Dialect.Anthropic, Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Gemini)]
    public Dialect To { get; set; }

    /// <summary>Text deltas in the stream.</summary>
    [Params(1_000, 10_000)]
    public int Deltas { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var output = new ArrayBufferWriter<byte>();
        var sink = Encoder(From, output);
        sink.Start("resp_1"u8);
        sink.BeginText();
        for (var i = 0; i < Deltas; i++)
        {
            sink.Text(" a few \\\"words\\\"\\n"u8);
        }

        sink.EndBlock();
        sink.Usage(new(100, 0, 0, Deltas, 0));
        sink.End(StopReason.EndTurn, default);
        _stream = output.WrittenSpan.ToArray();
        Console.WriteLine($"// {From}: {_stream.Length} bytes for {Deltas} deltas");
    }

    [Benchmark]
    public int Translate()
    {
        _output.ResetWrittenCount();
        using var decoder = Decoder(From, Encoder(To, _output));
        for (var at = 0; at < _stream.Length; at += Read)
        {
            decoder.Feed(_stream.AsSpan(at, Math.Min(Read, _stream.Length - at)));
        }

        decoder.Complete();
        return _output.WrittenCount;
    }

    private static IAnswerDecoder Decoder(Dialect dialect, IMessageSink sink) => dialect switch
    {
        Dialect.Anthropic => new AnthropicStreamDecoder(sink, "p", "m"),
        Dialect.OpenAIChat => new ChatStreamDecoder(sink, "p", "m"),
        Dialect.OpenAIResponses => new ResponsesStreamDecoder(sink, "p", "m"),
        _ => new GeminiStreamDecoder(sink, "p", "m"),
    };

    private IStreamEncoder Encoder(Dialect dialect, IBufferWriter<byte> output) => dialect switch
    {
        Dialect.Anthropic => new AnthropicStreamEncoder(output, "msg_1", "m", "req_1"),
        Dialect.OpenAIChat => new ChatStreamEncoder(output, "chatcmpl-1", "m", 1_700_000_000, true),
        Dialect.OpenAIResponses => new ResponsesStreamEncoder(output, "resp_1", "m", 1_700_000_000, _request),
        _ => new GeminiStreamEncoder(output, "r1", "m", false),
    };
}
