using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Dialects;

/// <summary>Clients of OpenAI Chat Completions.</summary>
internal sealed class ChatClient : OpenAIClient
{
    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.OpenAIChat;

    /// <inheritdoc/>
    public override string IdPrefix => "chatcmpl-";

    /// <inheritdoc/>
    public override CanonicalRequest Decode(ReadOnlyMemory<byte> body, ProxyCall call) => ChatRequestDecoder.Decode(body);

    /// <inheritdoc/>
    public override IStreamEncoder StreamEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new ChatStreamEncoder(output, AnswerId(call), model, call.StartedAt.ToUnixTimeSeconds(), request.IncludeUsage, request);

    /// <inheritdoc/>
    public override IMessageSink MessageEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new ChatCompletionEncoder(output, AnswerId(call), model, call.StartedAt.ToUnixTimeSeconds(), request);

    /// <inheritdoc/>
    public override void WriteStreamError(IBufferWriter<byte> output, ProviderError error, ProxyCall call, string answerId, ReadOnlySpan<byte> lastFrame)
    {
        output.Write("data: "u8);
        OpenAIErrors.WriteBody(output, error);
        output.Write("\n\n"u8);
    }
}
