using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Responses;

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
    public override IStreamEncoder StreamEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request) =>
        new ResponsesStreamEncoder(output, AnswerId(call), call.RequestedModel, call.StartedAt.ToUnixTimeSeconds(), request);

    /// <inheritdoc/>
    public override IMessageSink MessageEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request) =>
        new ResponseEncoder(output, AnswerId(call), call.RequestedModel, call.StartedAt.ToUnixTimeSeconds(), request);

    /// <inheritdoc/>
    public override void WriteStreamError(IBufferWriter<byte> output, ProviderError error, string requestId, string answerId)
    {
        // Codex acts on this event only; an event named error counts as an early end with it.
        var json = new RawJsonWriter(output);
        json.Raw("event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":"u8);
        json.Quoted(answerId);
        json.Raw(",\"object\":\"response\",\"status\":\"failed\",\"output\":[],\"error\":{\"code\":"u8);
        json.Quoted(OpenAIErrors.Code(error) ?? "server_error");
        json.Raw(",\"message\":"u8);
        json.Quoted(OpenAIErrors.Message(error));
        json.Raw("}}}\n\n"u8);
    }
}
