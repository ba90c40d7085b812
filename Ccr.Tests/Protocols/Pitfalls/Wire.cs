using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;
using Ccr.Tests.Protocols.Anthropic;
using Ccr.Tests.Protocols.Chat;
using Ccr.Tests.Protocols.Gemini;
using Ccr.Tests.Protocols.Responses;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Bytes from one dialect to another, as the proxy joins the parts; each stream is checked as its strictest client would.</summary>
internal static class Wire
{
    public const string Provider = "up";

    private static readonly ReadOnlyMemory<byte> Empty = """{"model":"asked","input":"x","messages":[{"role":"user","content":"x"}],"contents":[{"role":"user","parts":[{"text":"x"}]}]}"""u8.ToArray();

    /// <summary>All four dialects, for theories.</summary>
    public static TheoryData<Dialect> All => [Dialect.Anthropic, Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Gemini];

    public static CanonicalRequest Read(Dialect from, string body) => from switch
    {
        Dialect.Anthropic => AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(body)),
        Dialect.OpenAIChat => ChatRequestDecoder.Decode(Encoding.UTF8.GetBytes(body)),
        Dialect.OpenAIResponses => ResponsesRequestDecoder.Decode(Encoding.UTF8.GetBytes(body)),
        _ => GeminiRequestDecoder.Decode(Encoding.UTF8.GetBytes(body), "asked", true),
    };

    /// <summary>A request of one dialect as the body that a provider of another gets.</summary>
    public static string Send(Dialect from, Dialect to, string body, string model = "m", LossReport? loss = null, IReasoningMemory? memory = null)
    {
        var target = new TargetOptions(Provider, model) { Memory = memory };
        var output = new ArrayBufferWriter<byte>();
        Write(to, Read(from, body), target, output, loss ?? new LossReport());
        var text = new UTF8Encoding(false, true).GetString(output.WrittenSpan);
        JsonDocument.Parse(text).Dispose();
        return text;
    }

    public static JsonElement SendParsed(Dialect from, Dialect to, string body, string model = "m", LossReport? loss = null, IReasoningMemory? memory = null) =>
        JsonDocument.Parse(Send(from, to, body, model, loss, memory)).RootElement;

    public static void Write(Dialect to, CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        switch (to)
        {
            case Dialect.Anthropic:
                AnthropicRequestEncoder.Encode(request, target, output, loss);
                break;
            case Dialect.OpenAIChat:
                ChatRequestEncoder.Encode(request, target, output, loss);
                break;
            case Dialect.OpenAIResponses:
                ResponsesRequestEncoder.Encode(request, target, output, loss);
                break;
            default:
                GeminiRequestEncoder.Encode(request, target, output, loss);
                break;
        }
    }

    public static IAnswerDecoder Decoder(Dialect from, IMessageSink sink, string model = "m") => from switch
    {
        Dialect.Anthropic => new AnthropicStreamDecoder(sink, Provider, model),
        Dialect.OpenAIChat => new ChatStreamDecoder(sink, Provider, model),
        Dialect.OpenAIResponses => new ResponsesStreamDecoder(sink, Provider, model),
        _ => new GeminiStreamDecoder(sink, Provider, model),
    };

    /// <summary>Events as a stream: those of Anthropic and Responses are named by their type.</summary>
    public static byte[] Events(Dialect from, params string[] events)
    {
        var text = new StringBuilder();
        foreach (var e in events)
        {
            if (from is Dialect.Anthropic or Dialect.OpenAIResponses && e.StartsWith('{'))
            {
                text.Append("event: ").Append(JsonDocument.Parse(e).RootElement.GetProperty("type").GetString()).Append('\n');
            }

            text.Append("data: ").Append(e).Append("\n\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Plays a stream whole and cut at every byte into a reducer; all must agree.</summary>
    public static MessageReducer Reduce(Dialect from, params string[] events)
    {
        var bytes = Events(from, events);
        MessageReducer? first = null;
        for (var split = 0; split < bytes.Length; split++)
        {
            var message = new MessageReducer();
            Play(from, bytes, message, split);
            first ??= message;
            Assert.Equal((first.Text, first.Reasoning, first.Stop, first.Failure?.Message), (message.Text, message.Reasoning, message.Stop, message.Failure?.Message));
            Assert.Equal(first.Calls, message.Calls);
            Assert.Equal(first.Blocks, message.Blocks);
        }

        return first!;
    }

    public static MessageReducer ReduceWhole(Dialect from, string body)
    {
        var message = new MessageReducer();
        using var decoder = Decoder(from, message);
        decoder.DecodeWhole(Encoding.UTF8.GetBytes(body));
        return message;
    }

    public static void Play(Dialect from, byte[] stream, IMessageSink sink, int split = 0)
    {
        using var decoder = Decoder(from, sink);
        decoder.Feed(stream.AsSpan(0, split));
        decoder.Feed(stream.AsSpan(split));
        decoder.Complete();
    }

    /// <summary>A provider's stream as a client of another dialect gets it.</summary>
    public static string Answer(Dialect from, Dialect to, params string[] events) => Stream(to, sink => Play(from, Events(from, events), sink));

    /// <summary>A message as a client's stream, checked.</summary>
    public static string Stream(Dialect to, Action<IMessageSink> play, string? request = null)
    {
        var output = new ArrayBufferWriter<byte>();
        play(StreamEncoder(to, output, request));
        var isError = false;
        switch (to)
        {
            case Dialect.Anthropic:
                AnthropicStreamChecker.Check(output.WrittenSpan);
                break;
            case Dialect.OpenAIChat:
                ChatStreamChecker.Check(output.WrittenSpan, validArguments: false);
                break;
            case Dialect.OpenAIResponses:
                ResponsesStreamChecker.Check(output.WrittenSpan);
                break;
            default:
                isError = Encoding.UTF8.GetString(output.WrittenSpan).Contains("data: {\"error\":", StringComparison.Ordinal);
                GeminiStreamChecker.CheckEvents(output.WrittenSpan, isError);
                break;
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static IStreamEncoder StreamEncoder(Dialect to, IBufferWriter<byte> output, string? request = null)
    {
        var body = request is null ? Empty : Encoding.UTF8.GetBytes(request);
        return to switch
        {
            Dialect.Anthropic => new AnthropicStreamEncoder(output, "msg_1", "asked", "req_1"),
            Dialect.OpenAIChat => new ChatStreamEncoder(output, "chatcmpl-1", "asked", 1, true, ChatRequestDecoder.Decode(body)),
            Dialect.OpenAIResponses => new ResponsesStreamEncoder(output, "resp_1", "asked", 1, ResponsesRequestDecoder.Decode(body)),
            _ => new GeminiStreamEncoder(output, "r1", "asked", false),
        };
    }

    /// <summary>A message as a client's one document.</summary>
    public static JsonElement Whole(Dialect to, Action<IMessageSink> play, string? request = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var body = request is null ? Empty : Encoding.UTF8.GetBytes(request);
        play(to switch
        {
            Dialect.Anthropic => new AnthropicMessageEncoder(output, "msg_1", "asked"),
            Dialect.OpenAIChat => new ChatCompletionEncoder(output, "chatcmpl-1", "asked", 1, ChatRequestDecoder.Decode(body)),
            Dialect.OpenAIResponses => new ResponseEncoder(output, "resp_1", "asked", 1, ResponsesRequestDecoder.Decode(body)),
            _ => new GeminiResponseEncoder(output, "r1", "asked"),
        });
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    /// <summary>The data of a stream's events, parsed.</summary>
    public static List<JsonElement> Data(string stream) =>
        [.. stream.Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l[6..]).RootElement)];

    public static string? Word(this JsonElement e, string name) => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
