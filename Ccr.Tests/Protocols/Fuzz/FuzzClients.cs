using System.Buffers;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>The four dialects' classes by dialect.</summary>
internal static class FuzzClients
{
    private static readonly CanonicalRequest NoRequest = new();

    /// <summary>The decoder of a provider's answers.</summary>
    public static IAnswerDecoder Decoder(Dialect dialect, IMessageSink sink) => dialect switch
    {
        Dialect.Anthropic => new AnthropicStreamDecoder(sink, "p", "m"),
        Dialect.OpenAIChat => new ChatStreamDecoder(sink, "p", "m"),
        Dialect.OpenAIResponses => new ResponsesStreamDecoder(sink, "p", "m"),
        _ => new GeminiStreamDecoder(sink, "p", "m"),
    };

    /// <summary>The encoder of a client's stream; Gemini's has two forms, by the seed.</summary>
    public static IStreamEncoder Stream(Dialect dialect, IBufferWriter<byte> output, int seed) => dialect switch
    {
        Dialect.Anthropic => new AnthropicStreamEncoder(output, "msg_1", "asked", "req_1"),
        Dialect.OpenAIChat => new ChatStreamEncoder(output, "chatcmpl-1", "asked", 1, true),
        Dialect.OpenAIResponses => new ResponsesStreamEncoder(output, "resp_1", "asked", 1, NoRequest),
        _ => new GeminiStreamEncoder(output, "id", "asked", IsArray(seed)),
    };

    /// <summary>Whether a Gemini stream of that seed is one array.</summary>
    public static bool IsArray(int seed) => seed % 16 >= 8;

    /// <summary>The encoder of a client's whole answer.</summary>
    public static IMessageSink Whole(Dialect dialect, IBufferWriter<byte> output) => dialect switch
    {
        Dialect.Anthropic => new AnthropicMessageEncoder(output, "msg_1", "asked"),
        Dialect.OpenAIChat => new ChatCompletionEncoder(output, "chatcmpl-1", "asked", 1),
        Dialect.OpenAIResponses => new ResponseEncoder(output, "resp_1", "asked", 1, NoRequest),
        _ => new GeminiResponseEncoder(output, "id", "asked"),
    };

    /// <summary>Reads a client's request.</summary>
    public static CanonicalRequest Decode(Dialect dialect, ReadOnlyMemory<byte> body) => dialect switch
    {
        Dialect.Anthropic => AnthropicRequestDecoder.Decode(body),
        Dialect.OpenAIChat => ChatRequestDecoder.Decode(body),
        Dialect.OpenAIResponses => ResponsesRequestDecoder.Decode(body),
        _ => GeminiRequestDecoder.Decode(body, "asked", true),
    };

    /// <summary>Writes a provider's request.</summary>
    public static void Encode(Dialect dialect, CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        switch (dialect)
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

    /// <summary>Peeks into a client's request as the proxy does first.</summary>
    public static void Peek(Dialect dialect, ReadOnlyMemory<byte> body) => _ = dialect switch
    {
        Dialect.Anthropic => AnthropicRequestPeek.Read(body),
        Dialect.OpenAIChat => ChatRequestPeek.Read(body),
        Dialect.OpenAIResponses => ResponsesRequestPeek.Read(body),
        _ => GeminiRequestPeek.Read(body, "m", true),
    };
}
