using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.OpenAIChat;

namespace Ccr.Bench.Streams;

/// <summary>One Chat stream of many deltas to Anthropic events, fed in reads of a given size: throughput, and what a delta allocates.</summary>
[MemoryDiagnoser]
public class StreamTranslationBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(8 * 1024 * 1024);
    private byte[] _stream = [];

    /// <summary>Text deltas in the stream; the difference between two counts is what deltas cost.</summary>
    [Params(100, 10_000)]
    public int Deltas { get; set; }

    /// <summary>Bytes per read.</summary>
    [Params(256, 4096)]
    public int Read { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var text = new StringBuilder();
        for (var i = 0; i < Deltas; i++)
        {
            text.Append("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" a few \\\"words\\\"\\n\"},\"finish_reason\":null}]}\n\n");
        }

        text.Append("data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        _stream = Encoding.UTF8.GetBytes(text.ToString());
    }

    [Benchmark]
    public int ChatToAnthropic()
    {
        _output.ResetWrittenCount();
        var encoder = new AnthropicStreamEncoder(_output, "msg_1", "m", "req_1");
        using var decoder = new ChatStreamDecoder(encoder, "bench");
        for (var at = 0; at < _stream.Length; at += Read)
        {
            decoder.Feed(_stream.AsSpan(at, Math.Min(Read, _stream.Length - at)));
        }

        decoder.Complete();
        return _output.WrittenCount;
    }
}
