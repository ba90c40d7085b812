using System.Buffers;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Dialects;

/// <summary>Clients of Anthropic Messages.</summary>
internal sealed class AnthropicClient : ClientDialect
{
    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Anthropic;

    /// <inheritdoc/>
    public override string IdPrefix => "msg_";

    /// <inheritdoc/>
    public override CanonicalRequest Decode(ReadOnlyMemory<byte> body, ProxyCall call) => AnthropicRequestDecoder.Decode(body);

    /// <inheritdoc/>
    public override IStreamEncoder StreamEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new AnthropicStreamEncoder(output, AnswerId(call), model, call.RequestId);

    /// <inheritdoc/>
    public override IMessageSink MessageEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new AnthropicMessageEncoder(output, AnswerId(call), model);

    /// <inheritdoc/>
    public override int Status(ProviderError error) => AnthropicErrors.Status(error);

    /// <inheritdoc/>
    public override bool Understands(ProviderError error) => error.Kind != ErrorKind.ContextTooLong || error.Message.StartsWith("prompt is too long:", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override void WriteError(IBufferWriter<byte> output, ProviderError error, string requestId) => AnthropicErrors.WriteBody(output, error, requestId);

    /// <inheritdoc/>
    public override void WriteOwnError(IBufferWriter<byte> output, int status, string type, string message, string? field, string requestId, string? code) =>
        AnthropicErrors.Write(output, type, message, requestId, code, field);

    /// <inheritdoc/>
    public override void WriteStreamError(IBufferWriter<byte> output, ProviderError error, ProxyCall call, string answerId, ReadOnlySpan<byte> lastFrame)
    {
        output.Write("event: error\ndata: "u8);
        AnthropicErrors.WriteBody(output, error, call.RequestId);
        output.Write("\n\n"u8);
    }
}
