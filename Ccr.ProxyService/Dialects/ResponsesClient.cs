using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Dialects;

/// <summary>Clients of OpenAI Responses.</summary>
internal sealed class ResponsesClient : OpenAIClient
{
    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.OpenAIResponses;

    /// <inheritdoc/>
    public override string IdPrefix => "resp_";

    /// <inheritdoc/>
    public override CanonicalRequest Decode(ReadOnlyMemory<byte> body, ProxyCall call) => ResponsesRequestDecoder.Decode(body);

    /// <inheritdoc/>
    public override IStreamEncoder StreamEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new ResponsesStreamEncoder(output, AnswerId(call), model, call.StartedAt.ToUnixTimeSeconds(), request);

    /// <inheritdoc/>
    public override IMessageSink MessageEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new ResponseEncoder(output, AnswerId(call), model, call.StartedAt.ToUnixTimeSeconds(), request);

    /// <inheritdoc/>
    public override void WriteStreamError(IBufferWriter<byte> output, ProviderError error, ProxyCall call, string answerId, ReadOnlySpan<byte> lastFrame) =>
        ResponsesErrors.WriteFailed(output, error, answerId.Length == 0 ? AnswerId(call) : answerId, call.RequestedModel, call.StartedAt.ToUnixTimeSeconds(), lastFrame);
}
